-- What a job's status counts as. Index: primary keys.
select s.category from job j join job_status s on s.id = j.job_status_id where j.id = $2::uuid and j.organization_id = $1::uuid and j.deleted_at is null
