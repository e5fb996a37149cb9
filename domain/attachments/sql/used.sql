-- How many bytes a job's files take. Asked under the job's lock. Index: attachment_of_job.
select coalesce((select sum(size) from attachment where organization_id = $1::uuid and job_id = $2::uuid and deleted_at is null), 0)::bigint
