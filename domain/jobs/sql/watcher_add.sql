-- Somebody of the organization watches a job from now on, or does already. Nothing for who is not there. Index: primary key.
with who as (select id from app_user where id = $3::uuid and organization_id = $1::uuid and deleted_at is null and is_active),
     made as (insert into job_watcher (job_id, user_id, organization_id) select $2::uuid, id, $1::uuid from who on conflict do nothing)
select 1 from who
