-- Inserts runs in bulk; empty texts stand for null. A column of one value holds for every row: most batches differ in little.
-- Caller: submit. Index: primary key; run_ready for those ready now.
with input as (
    select i.id, coalesce(i.organization_id, ($2::uuid[])[1]) as organization_id, coalesce(i.kind, ($3::text[])[1]) as kind,
           coalesce(i.queue, ($4::text[])[1]) as queue, coalesce(i.state, ($5::text[])[1])::run_state as state,
           coalesce(i.priority, ($6::int[])[1]) as priority, coalesce(i.max_attempts, ($7::int[])[1]) as max_attempts,
           coalesce(i.timeout_ms, ($8::bigint[])[1]) as timeout_ms, nullif(coalesce(i.not_before, ($9::text[])[1]), '')::timestamptz as not_before,
           nullif(coalesce(i.concurrency_key, ($10::text[])[1]), '') as concurrency_key,
           nullif(coalesce(i.schedule_id, ($11::text[])[1]), '')::uuid as schedule_id,
           nullif(coalesce(i.redriven_from, ($12::text[])[1]), '')::uuid as redriven_from, coalesce(i.origin, ($13::text[])[1]) as origin,
           nullif(coalesce(i.trace_parent, ($14::text[])[1]), '') as trace_parent, coalesce(i.args, ($15::text[])[1])::jsonb as args,
           nullif(coalesce(i.owner, ($16::text[])[1]), '')::uuid as owner
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::bigint[], $9::text[],
                  $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
           as i(id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, not_before,
                concurrency_key, schedule_id, redriven_from, origin, trace_parent, args, owner)
),
lane as (
    insert into run_lane (queue, organization_id, priority)
    select distinct i.queue, i.organization_id, i.priority from input i
     where not exists (select 1 from run_lane l
                        where l.queue = i.queue and l.organization_id = i.organization_id and l.priority = i.priority)
    on conflict do nothing
), owned as (
    insert into run_owner (run_id, organization_id, user_id) select id, organization_id, owner from input where owner is not null
)
insert into run (id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, ready_at, created_at,
                 concurrency_key, schedule_id, redriven_from, origin, trace_parent, args)
select id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, coalesce(not_before, clock_timestamp()), clock_timestamp(),
       concurrency_key, schedule_id, redriven_from, origin, trace_parent, args
  from input
