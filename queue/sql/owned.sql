-- What a process has run for longer than $2 seconds, as the database sees it. Index: run_owned.
select id, epoch from run where incarnation = $1 and state = 'running' and started_at < statement_timestamp() - make_interval(secs => $2::float8)
