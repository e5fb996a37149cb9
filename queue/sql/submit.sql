-- Inserts runs in bulk; empty texts stand for null. Caller: submit. Index: primary key; run_ready for those ready now.
with input as (
    select *
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
    insert into run_owner (run_id, organization_id, user_id) select id, organization_id, nullif(owner, '')::uuid from input where owner <> ''
)
insert into run (id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, ready_at, created_at,
                 concurrency_key, schedule_id, redriven_from, origin, trace_parent, args)
select id, organization_id, kind, queue, state::run_state, priority, max_attempts, timeout_ms,
       coalesce(nullif(not_before, '')::timestamptz, clock_timestamp()), clock_timestamp(),
       nullif(concurrency_key, ''), nullif(schedule_id, '')::uuid, nullif(redriven_from, '')::uuid, origin,
       nullif(trace_parent, ''), args::jsonb
  from input
