-- Statuses to move to from one: whether it has a list of its own, and whether each is in it. Index: job_status_move_pkey.
select t.id::text, t.slug, t.category, t.name, exists (select 1 from job_status_move m where m.from_status_id = $2::uuid),
       exists (select 1 from job_status_move m where m.from_status_id = $2::uuid and m.to_status_id = t.id), f.category
  from job_status t, job_status f
 where f.id = $2::uuid and f.organization_id = $1::uuid and t.organization_id = $1::uuid and t.is_active and t.deleted_at is null and t.id <> f.id
 order by t.display_order, t.name
