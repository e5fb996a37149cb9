-- A live row in a state that is an end, or an ended one that is not. $1 since.
select id as run_id, 'live' as place, state::text from run where state not in ('scheduled', 'ready', 'dispatched', 'running', 'waiting')
union all
select id, 'archive', state::text from run_archive
 where finished_at >= $1 and state not in ('succeeded', 'dead', 'cancelled', 'expired', 'skipped')
