-- What a department still holds: jobs that are not over, teams, people. Index: team_of_department, user_of_department.
select (select count(*) from job j join job_status s on s.id = j.job_status_id
         where j.organization_id = $1::uuid and j.department_id = $2::uuid and j.deleted_at is null and s.category not in ('done', 'cancelled')),
       (select count(*) from team t where t.organization_id = $1::uuid and t.department_id = $2::uuid and t.deleted_at is null),
       (select count(*) from app_user u where u.organization_id = $1::uuid and u.department_id = $2::uuid and u.deleted_at is null)
