-- Replaces what a not yet started run with this unique key will do: the latest submission wins. Index: primary key.
update run
   set args = $2::jsonb, priority = $3, max_attempts = $4, timeout_ms = $5,
       state = $6::run_state, ready_at = coalesce(nullif($7, '')::timestamptz, clock_timestamp())
 where id = $1 and state in ('scheduled', 'ready')
returning id
