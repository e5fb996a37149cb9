-- A schedule whose cursor stands on or before a tick that is settled: it would fire it again. Index: schedule_fire_once.
select s.id as schedule_id, s.name, s.next_fire_at, f.fire_at as settled, f.outcome
  from schedule s
 cross join lateral (select fire_at, outcome from schedule_fire f
                      where f.schedule_id = s.id and f.fire_at >= s.next_fire_at and f.outcome <> 'triggered'
                      order by fire_at desc limit 1) f
