-- What a new job begins with where it is not said: the first type, the default status, the normal priority. Index: those that make names unique.
select (select id from job_type where organization_id = $1::uuid and is_active and deleted_at is null and class = 'job' order by created_at, name limit 1),
       (select id from job_status where organization_id = $1::uuid and is_active and deleted_at is null
         order by is_default desc, category = 'open' desc, display_order limit 1),
       (select id from job_priority where organization_id = $1::uuid and is_active and deleted_at is null order by abs(level - 2), level limit 1)
