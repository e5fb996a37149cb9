-- An ended run, for another try. Index: primary key of each partition.
select kind, queue, priority, max_attempts, args::text, state::text, coalesce(timeout_ms, 0), coalesce(concurrency_key, '')
  from run_archive where id = $1 and organization_id = $2
