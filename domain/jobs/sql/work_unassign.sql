-- Takes a person's open work off them, who is leaving; answers each job and who is to give it away: the manager of its department, else of theirs, else
-- who asked for it. Index: job_assigned, primary keys.
with taken as (
    update job j set assigned_to_user_id = null
      from job_status s
     where j.organization_id = $1::uuid and j.assigned_to_user_id = $2::uuid and j.deleted_at is null and s.id = j.job_status_id and s.category not in ('done', 'cancelled')
    returning j.id, j.title, j.department_id, j.created_by_user_id
), items as (
    update checklist_item i set assigned_to_user_id = null
     where i.organization_id = $1::uuid and i.assigned_to_user_id = $2::uuid and not i.is_completed and i.deleted_at is null
)
select t.id, t.title, coalesce(d.manager_user_id, o.manager_user_id, t.created_by_user_id)
  from taken t
  left join department d on d.id = t.department_id
  left join app_user u on u.id = $2::uuid
  left join department o on o.id = u.department_id
 order by t.id
