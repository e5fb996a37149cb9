-- What a new job begins with: the type, status and priority that are given ($2, $3, $4; null: not), or else the first type, the default status and the
-- normal priority; the prefix of its key; what its status counts as (null: there is no such); and the first of what is given, its assignee ($5) too, that
-- is not active. Index: primary keys, for defaults those that make names unique.
with chosen as (
    select coalesce($2::uuid, (select id from job_type where organization_id = $1::uuid and is_active and deleted_at is null and class = 'job' order by created_at, name limit 1)) as type,
           coalesce($3::uuid, (select id from job_status where organization_id = $1::uuid and is_active and deleted_at is null
                                order by is_default desc, category = 'open' desc, display_order limit 1)) as status,
           coalesce($4::uuid, (select id from job_priority where organization_id = $1::uuid and is_active and deleted_at is null order by abs(level - 2), level limit 1)) as priority)
select c.type, c.status, c.priority, coalesce((select key_prefix from job_type where id = c.type and organization_id = $1::uuid), 'JOB'),
       (select category from job_status where id = c.status and organization_id = $1::uuid and deleted_at is null),
       case when exists (select from job_type where id = $2::uuid and organization_id = $1::uuid and not is_active) then 'job_type_id'
            when exists (select from job_status where id = $3::uuid and organization_id = $1::uuid and not is_active) then 'job_status_id'
            when exists (select from job_priority where id = $4::uuid and organization_id = $1::uuid and not is_active) then 'job_priority_id'
            when exists (select from app_user u where u.id = $5::uuid and u.organization_id = $1::uuid
                            and not (u.is_active and exists (select from membership m where m.user_id = u.id and m.organization_id = $1::uuid and m.is_active and m.deleted_at is null)))
                 then 'assigned_to_user_id' end
  from chosen c
