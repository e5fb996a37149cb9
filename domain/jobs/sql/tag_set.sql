-- Puts a tag on a job; no row when there is no such tag. Constraint: job_tag_once.
with t as (select id from tag where id = $3::uuid and organization_id = $1::uuid and deleted_at is null),
     put as (insert into job_tag (organization_id, job_id, tag_id) select $1::uuid, $2::uuid, id from t on conflict do nothing)
select id from t
