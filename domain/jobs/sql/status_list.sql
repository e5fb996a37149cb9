-- Statuses to choose a legal move from.
select id::text, slug, category from job_status where organization_id = $1::uuid and is_active and deleted_at is null order by display_order
