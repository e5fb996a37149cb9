-- A delivery as it is now, with whom it goes to and what came of its last try. Index: primary keys.
select d.organization_id, d.state, d.mode, coalesce(d.user_id::text, ''), coalesce(u.email, d.address), d.event, coalesce(d.message::text, ''), d.subject, d.attempts,
       coalesce(a.state, ''), u.id is null or (u.is_active and u.deleted_at is null), coalesce(u.name, ''), coalesce(u.time_zone, 'UTC'),
       exists (select from suppression x where x.organization_id = d.organization_id and x.address = lower(coalesce(u.email, d.address)) and x.deleted_at is null), d.created_at,
       (select count(*) from delivery_attempt n where n.delivery_id = d.id and n.state in ('leaving', 'unknown'))
  from delivery d
  left join app_user u on u.id = d.user_id
  left join delivery_attempt a on a.delivery_id = d.id and a.number = d.attempts
 where d.id = $1::uuid
   for update of d
