-- Jobs that are open still go to others, who are there to take them. Index: primary keys.
update job j set assigned_to_user_id = u.id
  from unnest($1::uuid[], $2::uuid[]) x (job_id, user_id)
  join app_user u on u.id = x.user_id and u.is_active and u.deleted_at is null
 where j.id = x.job_id and j.organization_id = u.organization_id and j.deleted_at is null and j.assigned_to_user_id is distinct from u.id
   and not exists (select from job_status s where s.id = j.job_status_id and s.category in ('done', 'cancelled'))
returning j.id, u.id
