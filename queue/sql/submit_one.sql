-- Inserts one run; no row when a live run holds its unique key, if it has one. Index: run_one_live_per_unique_key.
with lane as (
    insert into run_lane (queue, organization_id, priority)
    select $4::text, $2::uuid, $6::smallint
     where not exists (select 1 from run_lane l where l.queue = $4 and l.organization_id = $2 and l.priority = $6)
    on conflict do nothing
), made as (
    insert into run (id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, ready_at, created_at,
                     concurrency_key, schedule_id, redriven_from, origin, trace_parent, args, unique_key)
    values ($1::uuid, $2::uuid, $3, $4::text, $5::run_state, $6::smallint, $7::smallint, $8::int, coalesce(nullif($9, '')::timestamptz, clock_timestamp()),
            clock_timestamp(), nullif($10, ''), nullif($11, '')::uuid, nullif($12, '')::uuid, $13, nullif($14, ''), $15::jsonb, nullif($16, ''))
    on conflict (organization_id, unique_key) where unique_key is not null do nothing
    returning id
), owned as (
    insert into run_owner (run_id, organization_id, user_id) select id, $2::uuid, nullif($17::text, '')::uuid from made where $17::text <> ''
)
select id from made
