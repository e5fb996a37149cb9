-- Takes a tag off a job.
delete from job_tag where organization_id = $1::uuid and job_id = $2::uuid and tag_id = $3::uuid returning id
