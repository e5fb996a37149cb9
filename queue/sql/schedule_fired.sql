-- The ticks of a batch: one row each. A tick that exists already is an error on purpose: nothing may fire twice.
insert into schedule_fire (schedule_id, fire_at, run_id, outcome, reason, at)
select f.schedule_id, f.fire_at, nullif(f.run_id, '')::uuid, f.outcome, nullif(f.reason, ''), clock_timestamp()
  from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[]) as f(schedule_id, fire_at, run_id, outcome, reason)
