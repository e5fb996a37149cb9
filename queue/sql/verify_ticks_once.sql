-- A tick that is there twice, that made no run of its own, or that says not why it made none. $1 since.
-- Index: schedule_fire_once, a range a schedule.
with fire as materialized (
    select f.*, count(*) over (partition by f.schedule_id, f.fire_at) as same_tick, count(f.run_id) over (partition by f.run_id) as same_run
      from schedule s
     cross join lateral (select * from schedule_fire f where f.schedule_id = s.id and f.fire_at >= $1) f
)
select schedule_id, fire_at, outcome, run_id, reason from fire
 where same_tick > 1 or same_run > 1
    or (outcome in ('fired', 'triggered') and run_id is null)
    or (outcome not in ('fired', 'triggered') and (run_id is not null or reason is null))
