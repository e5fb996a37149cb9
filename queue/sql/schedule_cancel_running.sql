-- Overlap policy cancel_running: asks what still runs for these schedules to stop, and says why. Index: run_of_schedule.
with asked as (
    update run set cancel_requested_at = clock_timestamp()
     where schedule_id = any($1::uuid[]) and state = 'running' and cancel_requested_at is null
    returning id, schedule_id
)
insert into run_event (run_id, at, actor, event, detail)
select id, clock_timestamp(), 'schedule:' || schedule_id, 'cancel_requested', jsonb_build_object('reason', 'its schedule is due again')
  from asked
