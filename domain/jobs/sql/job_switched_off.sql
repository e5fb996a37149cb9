-- Which of these is not active; null where nothing is asked. Index: primary keys.
select 'job_type_id' from job_type where id = $2::uuid and organization_id = $1::uuid and not is_active
union all select 'job_status_id' from job_status where id = $3::uuid and organization_id = $1::uuid and not is_active
union all select 'job_priority_id' from job_priority where id = $4::uuid and organization_id = $1::uuid and not is_active
union all select 'assigned_to_user_id' from app_user u
 where u.id = $5::uuid and u.organization_id = $1::uuid
   and not (u.is_active and exists (select 1 from membership m where m.user_id = u.id and m.organization_id = $1::uuid and m.is_active and m.deleted_at is null))
