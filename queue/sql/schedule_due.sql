-- Schedules whose tick has come, locked for this transaction; other schedulers take the next ones. Index: schedule_due.
select s.id, s.organization_id, s.kind, s.args::text, coalesce(s.queue, ''), coalesce(s.priority, -1), s.cron, s.time_zone, s.misfire, s.misfire_limit,
       extract(epoch from s.misfire_window)::float8, s.overlap, s.next_fire_at, clock_timestamp(),
       case when s.overlap = 'allow' then 0 else (select count(*) from run r where r.schedule_id = s.id) end,
       case when s.overlap = 'allow' then 0
            else (select count(*) from run r where r.schedule_id = s.id and r.state::text in ('scheduled', 'ready', 'dispatched')) end
  from schedule s
 where not s.is_paused and s.next_fire_at <= statement_timestamp()
 order by s.next_fire_at
 limit $1
   for update of s skip locked
