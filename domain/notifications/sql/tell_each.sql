-- Tells people each something of their own: [{id, user_id, type, title, body, job_id, data}]. Not who has left or does not want to be told. Index: primary keys.
insert into notification (id, organization_id, user_id, type, title, body, job_id, data, is_shown)
select x.id, $1::uuid, u.id, x.type, x.title, x.body, x.job_id, coalesce(x.data, '{}'), w.here <> 'off'
  from jsonb_to_recordset($2::jsonb) as x(id uuid, user_id uuid, type text, title text, body text, job_id uuid, data jsonb)
  join app_user u on u.id = x.user_id and u.is_active and u.deleted_at is null
 cross join lateral api.notification_wish(u.id, $1::uuid, x.type) w
 where w.here <> 'off' or (w.mail <> 'off' and exists (select from delivery_setup where channel = 'email'))
