-- Clocks that reach their next threshold, the longest ago first, at most $3 of them; what another sweep holds is left to it. Cost grows with what is due.
-- Index: sla_clock_next, primary keys.
with due as materialized (
    select c.ctid as place from sla_clock c where c.next_at <= $2::timestamptz and c.organization_id = $1::uuid
     order by c.next_at limit $3::int for update skip locked
)
select c.id, c.job_id, j.key, j.title, c.metric, c.policy_id, c.calendar_id, c.budget_seconds, c.used_us, c.running_from, c.due_at, c.stopped_at is not null,
       coalesce(j.assigned_to_user_id::text, ''), coalesce(t.lead_user_id::text, ''), coalesce(d.manager_user_id::text, ''),
       array_to_string(array(select h.percent from sla_threshold h where h.clock_id = c.id), ','), c.muted_percent
  from sla_clock c
  join sla_policy p on p.id = c.policy_id
  join job j on j.id = c.job_id
  left join team t on t.id = j.team_id and t.deleted_at is null
  left join department d on d.id = j.department_id and d.deleted_at is null
 where c.ctid = any(array(select place from due))
