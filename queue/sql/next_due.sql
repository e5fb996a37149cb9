-- Milliseconds until the next scheduled run or schedule is due; null when there is none. Index: run_scheduled, schedule_due.
select ceil(extract(epoch from least(
           (select ready_at from run where state = 'scheduled' order by ready_at limit 1),
           (select next_fire_at from schedule where not is_paused and next_fire_at is not null order by next_fire_at limit 1)
       ) - clock_timestamp()) * 1000)::bigint
