-- Holds a job while something is added to it. Index: primary key.
select s.category from job j join job_status s on s.id = j.job_status_id where j.id = $2::uuid and j.organization_id = $1::uuid and j.deleted_at is null for update of j
