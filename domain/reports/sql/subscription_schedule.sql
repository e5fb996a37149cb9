-- The schedule that fires a subscription, if it has one yet. Index: primary key.
select coalesce(schedule_id::text, ''), cron, time_zone, status, name from report_subscription where id = $1::uuid and organization_id = $2::uuid
