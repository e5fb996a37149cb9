-- The ticks of a batch: one row each, once. One that exists already (a cursor that was set back) stays as it is and is not returned:
-- the caller submits the runs of those returned, so nothing fires twice and no tick holds up the others.
insert into schedule_fire (schedule_id, fire_at, run_id, outcome, reason, at)
select f.schedule_id, f.fire_at, nullif(f.run_id, '')::uuid, f.outcome, nullif(f.reason, ''), clock_timestamp()
  from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[]) as f(schedule_id, fire_at, run_id, outcome, reason)
on conflict on constraint schedule_fire_once do nothing
returning coalesce(run_id::text, '')
