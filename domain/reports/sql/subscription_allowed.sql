-- Recipients who may see it again. Index: primary key.
delete from report_subscription_refused where subscription_id = $1::uuid and user_id = $2::uuid
