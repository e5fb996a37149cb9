-- A recipient may not see a subscription's report: a row when that is new. Index: primary key.
insert into report_subscription_refused (subscription_id, user_id) select $1::uuid, u.id from app_user u where u.id = $2::uuid on conflict do nothing returning user_id
