-- Runs that wait for a claim longer than $2 seconds: their hint may never come. $4: how far back to look, in seconds. Index: run_dispatched.
select id, epoch, extract(epoch from statement_timestamp() - dispatched_at) from run
 where state = 'dispatched' and queue = any($1::text[])
   and dispatched_at between statement_timestamp() - make_interval(secs => $4::float8) and statement_timestamp() - make_interval(secs => $2::float8)
 order by dispatched_at
 limit $3
