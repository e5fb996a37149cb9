-- How many of the queue wait for a claim, counted no further than $2. Index: run_dispatched.
select count(*) from (select 1 from run where state = 'dispatched' and queue = $1 limit $2) as waiting
