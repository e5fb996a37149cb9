-- Changes a schedule: the members of $2 replace what is there; $3 is the new cursor, null: as it is, '': no further tick.
update schedule s
   set name = n.name, kind = n.kind, args = n.args, queue = n.queue, priority = n.priority, cron = n.cron, time_zone = n.time_zone,
       misfire = n.misfire, misfire_limit = n.misfire_limit, overlap = n.overlap, is_paused = n.is_paused,
       next_fire_at = case when $3::text is null then s.next_fire_at else nullif($3, '')::timestamptz end,
       updated_at = clock_timestamp()
  from schedule o cross join lateral jsonb_populate_record(o, $2::jsonb) n
 where s.id = $1::uuid and o.id = s.id
