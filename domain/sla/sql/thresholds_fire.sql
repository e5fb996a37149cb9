-- Thresholds that were reached ($3 of clocks $2): who inserts the row fires it, each once; its event with it. Index: sla_threshold's primary key.
with fired as (
    insert into sla_threshold (clock_id, percent, organization_id, fired_at)
    select x.clock_id, x.percent, $1::uuid, $4::timestamptz from unnest($2::uuid[], $3::int[]) x (clock_id, percent)
    on conflict do nothing returning clock_id, percent
), told as (
    insert into event (organization_id, type, actor, job_id, subject_id, data)
    select $1::uuid, case when f.percent < 100 then 'sla_warning' else 'sla_breached' end,
           coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system'), c.job_id, c.id,
           jsonb_build_object('job_id', c.job_id, 'metric', c.metric, 'percent', f.percent, 'due_at', c.due_at, 'policy_id', c.policy_id)
      from fired f join sla_clock c on c.id = f.clock_id and c.id = any($2::uuid[]) order by f.percent
)
select clock_id, percent from fired order by clock_id, percent
