-- Forgets notifications made before $2, $3 at a time after ($4, $5); but one that a mail tells stays as long as that mail is kept: it is what the mail says.
-- Index: notification_by_time, delivery_of_notification.
with old as materialized (
    select id, created_at from notification
     where organization_id = $1::uuid and created_at < $2::timestamptz and (created_at, id) > ($4::timestamptz, $5::uuid) order by created_at, id limit $3::int
), gone as (
    delete from notification n where n.id = any(array(select id from old)) and not exists (select from delivery d where d.notification_id = n.id) returning n.id
)
select (select count(*) from old), (select count(*) from gone), last.created_at::text, last.id
  from (select 1) one left join lateral (select created_at, id from old order by created_at desc, id desc limit 1) last on true
