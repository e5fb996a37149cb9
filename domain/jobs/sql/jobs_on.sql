-- How many live jobs stand on a type, status or priority. Index: job_counted; otherwise all of the organization's, for a deletion is rare.
select count(*) from job where organization_id = $1::uuid and deleted_at is null and (job_type_id = $2::uuid or job_status_id = $2::uuid or job_priority_id = $2::uuid)
