-- The schedule that fires a subscription. Index: primary key.
update report_subscription set schedule_id = $2::uuid where id = $1::uuid returning schedule_id
