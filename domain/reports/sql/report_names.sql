-- What the ids among a report's parameters ($2) name, those of them that are there: parameter, word for people, name. Index: primary keys.
select 'department_id', 'Department', name from department where organization_id = $1::uuid and deleted_at is null and id = ($2::jsonb ->> 'department_id')::uuid
union all select 'team_id', 'Team', name from team where organization_id = $1::uuid and deleted_at is null and id = ($2::jsonb ->> 'team_id')::uuid
union all select 'user_id', 'Person', name from app_user where organization_id = $1::uuid and deleted_at is null and id = ($2::jsonb ->> 'user_id')::uuid
union all select 'job_type_id', 'Type', name from job_type where organization_id = $1::uuid and deleted_at is null and id = ($2::jsonb ->> 'job_type_id')::uuid
union all select 'job_priority_id', 'Priority', name from job_priority where organization_id = $1::uuid and deleted_at is null and id = ($2::jsonb ->> 'job_priority_id')::uuid
union all select 'job_id', 'Job', key from job where organization_id = $1::uuid and deleted_at is null and id = ($2::jsonb ->> 'job_id')::uuid
