-- Tells these people, but never the one who did it ($6), nor who does not want to be told; who wants only mail sees nothing of it here.
-- Index: primary keys.
insert into notification (id, organization_id, user_id, type, title, body, job_id, is_shown)
select uuid7(), $1::uuid, u.id, $3, $4, nullif($5, ''), $7::uuid, w.here <> 'off'
  from app_user u
 cross join lateral api.notification_wish(u.id, $1::uuid, $3) w
 where u.id = any($2::uuid[]) and u.id::text <> $6 and u.is_active and u.deleted_at is null
   and (w.here <> 'off' or (w.mail <> 'off' and exists (select from delivery_setup where channel = 'email')))
