-- Tells people each something of their own: [{id, user_id, type, title, body, job_id, data}]. Not who has left or does not want to be told.
-- People are looked up one by one (offset 0), as in tell_many. Index: primary keys.
insert into notification (id, organization_id, user_id, type, title, body, job_id, data, is_shown)
select x.id, $1::uuid, u.id, x.type, x.title, x.body, x.job_id, coalesce(x.data, '{}'), w.here <> 'off'
  from jsonb_to_recordset($2::jsonb) as x(id uuid, user_id uuid, type text, title text, body text, job_id uuid, data jsonb)
 cross join lateral (select p.id from app_user p where p.id = x.user_id and p.is_active and p.deleted_at is null offset 0) u
 cross join lateral (select * from api.notification_wish(u.id, $1::uuid, x.type) offset 0) w
 where w.here <> 'off' or (w.mail <> 'off' and exists (select from delivery_setup where channel = 'email'))
