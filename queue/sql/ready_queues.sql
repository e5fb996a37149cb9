-- Which of these queues have something ready. Index: run_ready.
select q from unnest($1::text[]) q where exists (select 1 from run r where r.queue = q and r.state = 'ready')
