-- The categories of two statuses, whether the first has a list of legal moves of its own, and whether the second is in it.
select f.category, t.category, t.name, exists (select 1 from job_status_move m where m.from_status_id = f.id),
       exists (select 1 from job_status_move m where m.from_status_id = f.id and m.to_status_id = t.id), t.is_active
  from job_status f, job_status t
 where f.id = $2::uuid and t.id = $3::uuid and t.organization_id = $1::uuid and t.deleted_at is null
