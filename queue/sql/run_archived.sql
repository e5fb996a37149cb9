-- An ended run, for another try. Index: primary key of each partition.
select kind, queue, priority, max_attempts, args::text, state::text from run_archive where id = $1 and organization_id = $2
