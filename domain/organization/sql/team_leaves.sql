-- A team that is deleted leaves its jobs without one. Index: job_by_creation.
update job set team_id = null where organization_id = $1::uuid and team_id = $2::uuid and deleted_at is null
