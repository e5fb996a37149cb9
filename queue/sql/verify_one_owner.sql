-- A running run that nobody owns, or an owner of one that does not run.
select id as run_id, state::text, incarnation, started_at from run where (state = 'running') <> (incarnation is not null)
