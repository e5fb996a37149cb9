-- Runs that wait for a claim longer than $2 seconds: their hint may never come. Index: run_dispatched.
select id, epoch from run
 where state = 'dispatched' and queue = any($1::text[]) and dispatched_at <= statement_timestamp() - make_interval(secs => $2::float8)
 order by dispatched_at
 limit $3
