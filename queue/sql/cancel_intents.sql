-- Runs of ours that somebody asked to stop. Index: run_owned.
select id from run where incarnation = $1 and state = 'running' and cancel_requested_at is not null
