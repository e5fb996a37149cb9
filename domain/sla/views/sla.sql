-- Promises, as they are shown.
create view api.sla_policy as
select p.id, p.organization_id, p.name, p.description, p.position, p.is_active, p.job_type_id, p.job_priority_id, p.department_id, p.calendar_id,
       p.first_response_minutes, p.resolution_minutes, p.warn_at, p.repeat_every, p.pause_status_ids, p.on_reopen, p.escalation,
       p.version, p.created_at, p.updated_at
  from sla_policy p
 where p.deleted_at is null;
-- One row a clock, with all a report needs beside it. state: running, paused, met, breached (late, whether or not it has stopped since), cancelled.
-- is_met: null while that is open. Filter by organization_id and started_at (index sla_clock_by_start).
create view api.sla_clock as
select c.id, c.organization_id, c.job_id, j.key as job_key, j.title as job_title, c.metric, c.cycle, c.policy_id, p.name as policy, c.calendar_id,
       case when c.cancelled_at is not null then 'cancelled' when c.breached_at is not null then 'breached' when c.stopped_at is not null then 'met'
            when c.paused_at is not null then 'paused' else 'running' end as state,
       case when c.cancelled_at is not null then null when c.breached_at is not null then false when c.stopped_at is not null then true end as is_met,
       c.started_at, c.due_at, c.paused_at, c.stopped_at, c.breached_at, c.cancelled_at, c.budget_seconds,
       case when c.running_from is null then c.used_us / 1000000 end as used_seconds,
       t.id as job_type_id, t.name as job_type, r.id as job_priority_id, r.name as job_priority, j.department_id, d.name as department, j.team_id,
       j.assigned_to_user_id, u.name as assigned_to_name, c.started_at as created_at, c.updated_at
  from sla_clock c
  join job j on j.id = c.job_id and j.deleted_at is null
  join sla_policy p on p.id = c.policy_id
  join job_type t on t.id = j.job_type_id
  join job_priority r on r.id = j.job_priority_id
  left join department d on d.id = j.department_id
  left join app_user u on u.id = j.assigned_to_user_id;
