-- Puts a tag on a job. Constraint: job_tag_once.
insert into job_tag (organization_id, job_id, tag_id)
select $1::uuid, $2::uuid, id from tag where id = $3::uuid and organization_id = $1::uuid and deleted_at is null
on conflict do nothing returning id
