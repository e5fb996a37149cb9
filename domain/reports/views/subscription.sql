-- Subscriptions as they are shown; when they fire next is the schedule's.
create view api.report_subscription as
select s.id, s.organization_id, s.owner_user_id, (select u.name from app_user u where u.id = s.owner_user_id) as owner_name, s.name, s.report_type, s.definition_id, s.parameters, s.export_format,
       s.cron, s.time_zone, s.recipients, s.channel, s.webhook_url, s.on_empty, s.status, s.problem, s.failures, s.last_run_at,
       (select c.next_fire_at from schedule c where c.id = s.schedule_id and not c.is_paused) as next_run_at, s.version, s.created_at, s.updated_at
  from report_subscription s where s.deleted_at is null;
