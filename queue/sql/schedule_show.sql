-- One schedule with its latest ticks. Index: primary keys.
select (to_jsonb(s) - 'organization_id' || jsonb_build_object('fires', coalesce((
           select jsonb_agg(to_jsonb(f) - 'schedule_id') from (select * from schedule_fire f where f.schedule_id = s.id order by fire_at desc limit 20) f), '[]')))::text,
       s.cron, s.time_zone, s.is_paused, s.kind, s.args::text, coalesce(s.queue, '')
  from schedule s where s.id = $1 and s.organization_id = $2
