-- The six numbers of the dashboard. Index: job_due, job_by_status, notification_unread.
select json_build_object(
    'total_jobs', (select count(*) from api.job r where r.organization_id = $1::uuid),
    'open_jobs', (select count(*) from job j where j.organization_id = $1::uuid and j.deleted_at is null and j.completed_at is null),
    'my_jobs', (select count(*) from job j where j.organization_id = $1::uuid and j.deleted_at is null and j.assigned_to_user_id = $2::uuid and j.completed_at is null),
    'overdue_jobs', (select count(*) from api.job j where j.organization_id = $1::uuid and j.is_overdue),
    'by_status', (select coalesce(json_object_agg(status, n), '{}') from (select s.slug as status, count(*) as n from job j join job_status s on s.id = j.job_status_id where j.organization_id = $1::uuid and j.deleted_at is null group by s.slug) x),
    'unread_notifications', (select count(*) from notification n where n.user_id = $2::uuid and n.read_at is null and n.deleted_at is null))::text
