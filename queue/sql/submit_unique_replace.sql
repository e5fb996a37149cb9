-- Replaces what a not yet started run with this unique key will do: the latest submission wins. It stays in its queue, whose lane of
-- the new priority is known from now on. Index: primary key.
with lane as (
    insert into run_lane (queue, organization_id, priority)
    select queue, organization_id, $3::smallint from run where id = $1
    on conflict do nothing
)
update run
   set args = $2::jsonb, priority = $3::smallint, max_attempts = $4, timeout_ms = $5,
       state = $6::run_state, ready_at = coalesce(nullif($7, '')::timestamptz, clock_timestamp())
 where id = $1 and state in ('scheduled', 'ready')
returning id
