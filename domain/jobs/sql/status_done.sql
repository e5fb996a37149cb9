-- The status that completing leads to: the first of category done.
select id from job_status where organization_id = $1::uuid and category = 'done' and is_active and deleted_at is null order by display_order limit 1
