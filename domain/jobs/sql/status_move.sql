-- The categories and names of two statuses. Index: primary key.
select f.category, t.category, f.name, t.name
  from job_status f, job_status t
 where f.id = $2::uuid and f.organization_id = $1::uuid and t.id = $3::uuid and t.organization_id = $1::uuid and t.deleted_at is null
