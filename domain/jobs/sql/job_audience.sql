-- Who sees these jobs: as theirs, and as their team's (api/jobs/resource.cpp, kScopes). Index: primary keys.
select j.id,
       array_to_string(array[j.created_by_user_id, j.assigned_to_user_id] || array(select w.user_id from job_watcher w where w.job_id = j.id), ','),
       array_to_string(array(select d.manager_user_id from department d where d.id = j.department_id and d.manager_user_id is not null)
                    || array(select t.lead_user_id from team t where t.id = j.team_id and t.lead_user_id is not null)
                    || array(select u.id from app_user u where u.department_id = j.department_id), ','),
       case when j.deleted_at is null then j.organization_id::text else '' end
  from job j where j.id = any($1::uuid[])
