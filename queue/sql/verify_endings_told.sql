-- A run that ended otherwise than well, without the event that says who and why. $1 since. Index: run_event_of_run.
select a.id as run_id, a.state::text, a.finished_at from run_archive a
 where a.finished_at >= $1 and a.state in ('dead', 'cancelled', 'expired', 'skipped')
   and not exists (select 1 from run_event e where e.run_id = a.id and e.event = a.state::text)
