-- An ended run, for another try. Index: primary key of each partition.
select kind, queue, priority, max_attempts, args::text, state::text, coalesce(timeout_ms, 0), coalesce(concurrency_key, ''),
       coalesce((select o.user_id::text from run_owner o where o.run_id = $1), '')
  from run_archive where id = $1 and organization_id = $2
