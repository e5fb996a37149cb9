-- Notifications as their reader sees them.
create view api.notification as
select n.id, n.organization_id, n.user_id, n.type, n.title, n.body, n.job_id, n.data, n.read_at, n.read_at is not null as is_read, n.version, n.created_at, n.updated_at
  from notification n where n.deleted_at is null and n.is_shown;
