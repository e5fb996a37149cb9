-- Tells these people, but never the one who did it ($6). Index: primary keys.
insert into notification (id, organization_id, user_id, type, title, body, job_id)
select gen_random_uuid(), $1::uuid, u.id, $3, $4, nullif($5, ''), $7::uuid
  from app_user u
 where u.id = any($2::uuid[]) and u.id::text <> $6 and u.is_active and u.deleted_at is null
