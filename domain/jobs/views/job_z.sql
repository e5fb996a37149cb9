-- Jobs as they are shown, and what hangs on them: gone when the job is. The time is that of the statement: with a clock that moves in it the view would be
-- worked out whole before a list is ordered and cut.
create view api.job as
select j.id, j.organization_id, j.key, j.title, j.description, j.job_type_id, j.job_status_id, j.job_priority_id, t.name as type, t.class,
       s.slug as status, s.name as status_name, s.category as status_category, p.slug as priority, p.level as priority_level,
       j.created_by_user_id, j.assigned_to_user_id, (select u.name from app_user u where u.id = j.assigned_to_user_id) as assigned_to_name,
       j.department_id, j.team_id, j.scheduled_start, j.scheduled_end, j.due_date, j.estimated_hours,
       (select round((sum(extract(epoch from l.end_time - l.start_time)) / 3600)::numeric, 2) from time_log l
         where l.job_id = j.id and l.end_time is not null and l.deleted_at is null) as actual_hours,
       coalesce(j.due_date < statement_timestamp() and s.category not in ('done', 'cancelled'), false) as is_overdue,
       case when j.due_date < statement_timestamp() and s.category not in ('done', 'cancelled') then j.due_date end as overdue_since,
       j.started_at, j.completed_at, j.archived_at is not null as is_archived, j.archived_at, j.version, j.created_at, j.updated_at
  from job j
  join job_type t on t.id = j.job_type_id
  join job_status s on s.id = j.job_status_id
  join job_priority p on p.id = j.job_priority_id
 where j.deleted_at is null;
create view api.checklist as
select c.id, c.organization_id, c.job_id, c.title, c.description, c.display_order,
       (select count(*)::int from checklist_item i where i.checklist_id = c.id and i.deleted_at is null) as item_count,
       (select count(*)::int from checklist_item i where i.checklist_id = c.id and i.is_completed and i.deleted_at is null) as completed_count,
       c.version, c.created_at, c.updated_at
  from checklist c join job j on j.id = c.job_id and j.deleted_at is null where c.deleted_at is null;
create view api.checklist_item as
select i.id, i.organization_id, i.checklist_id, i.job_id, i.description, i.display_order, i.is_completed, i.completed_at, i.completed_by_user_id,
       i.assigned_to_user_id, i.version, i.created_at, i.updated_at
  from checklist_item i join checklist c on c.id = i.checklist_id and c.deleted_at is null join job j on j.id = i.job_id and j.deleted_at is null
 where i.deleted_at is null;
create view api.comment as
select c.id, c.organization_id, c.job_id, c.user_id, u.name as user_name, c.content, c.is_internal, c.version, c.created_at, c.updated_at
  from comment c join app_user u on u.id = c.user_id join job j on j.id = c.job_id and j.deleted_at is null where c.deleted_at is null;
create view api.time_log as
select l.id, l.organization_id, l.job_id, l.user_id, l.start_time, l.end_time, extract(epoch from l.end_time - l.start_time)::bigint as duration_seconds,
       l.end_time is null as is_running, l.description, l.is_billable, l.needs_review, l.source, l.version, l.created_at, l.updated_at
  from time_log l join job j on j.id = l.job_id and j.deleted_at is null where l.deleted_at is null;
