-- Tells many things at once, as tell does: to each of $3 the title, body and job that stand at its place. Nobody is told of what they don't want to be told.
-- People are looked up one by one (offset 0), however many there are beside them. Index: primary keys.
insert into notification (id, organization_id, user_id, type, title, body, job_id, is_shown)
select uuid7(), $1::uuid, u.id, $2, n.title, nullif(n.body, ''), n.job_id, w.here <> 'off'
  from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[]) n (user_id, title, body, job_id)
 cross join lateral (select p.id from app_user p where p.id = n.user_id and p.is_active and p.deleted_at is null offset 0) u
 cross join lateral (select * from api.notification_wish(u.id, $1::uuid, $2) offset 0) w
 where w.here <> 'off' or (w.mail <> 'off' and exists (select from delivery_setup where channel = 'email'))
