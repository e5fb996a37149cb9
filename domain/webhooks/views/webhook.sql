-- Webhooks with how their destination does.
create view api.webhook as
select w.id, w.organization_id, w.name, w.url, w.format, w.events, w.is_active, w.per_second, w.ended_because, coalesce(l.failures, 0) as failures, l.failing_since,
       case when l.open_until > statement_timestamp() then l.open_until end as paused_until,
       (select max(s.expires_at) from webhook_secret s where s.webhook_id = w.id and s.expires_at > statement_timestamp()) as old_secret_until, w.version, w.created_at, w.updated_at
  from webhook w left join webhook_lane l on l.webhook_id = w.id
 where w.deleted_at is null;
