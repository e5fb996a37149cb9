-- Clocks as they were just worked out. Index: sla_clock_once.
insert into sla_clock (id, organization_id, job_id, metric, cycle, policy_id, calendar_id, budget_seconds, started_at, due_at, running_from, used_us, muted_percent, pauses,
                       paused_at, stopped_at, breached_at, cancelled_at, next_at)
select uuid7(), $1::uuid, x.job_id, x.metric, x.cycle, x.policy_id, x.calendar_id, x.budget_seconds, x.started_at, x.due_at, x.running_from, x.used_us,
       x.muted_percent, x.pauses, x.paused_at, x.stopped_at, x.breached_at, x.cancelled_at, x.next_at
  from jsonb_to_recordset($2::jsonb) x (job_id uuid, metric text, cycle int, policy_id uuid, calendar_id uuid, budget_seconds bigint, started_at timestamptz,
       due_at timestamptz, running_from timestamptz, used_us bigint, muted_percent int, pauses jsonb, paused_at timestamptz, stopped_at timestamptz, breached_at timestamptz,
       cancelled_at timestamptz, next_at timestamptz)
on conflict (job_id, metric, cycle) do update set
       policy_id = excluded.policy_id, calendar_id = excluded.calendar_id, budget_seconds = excluded.budget_seconds, started_at = excluded.started_at,
       due_at = excluded.due_at, running_from = excluded.running_from, used_us = excluded.used_us, pauses = excluded.pauses, paused_at = excluded.paused_at,
       stopped_at = excluded.stopped_at, breached_at = excluded.breached_at, cancelled_at = excluded.cancelled_at, next_at = excluded.next_at,
       updated_at = clock_timestamp()
