-- Overlap policy cancel_running: asks what still runs for these schedules to stop. Index: run_of_schedule.
update run set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp())
 where schedule_id = any($1::uuid[]) and state = 'running'
