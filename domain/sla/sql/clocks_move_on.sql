-- When these clocks reach their next threshold ('': no more), and those that are late ($3). Index: primary key.
update sla_clock c set next_at = nullif(x.next_at, '')::timestamptz, breached_at = case when x.is_late = 1 then coalesce(c.breached_at, c.due_at) else c.breached_at end,
       updated_at = clock_timestamp()
  from unnest($1::uuid[], $2::text[], $3::bigint[]) x (id, next_at, is_late)
 where c.id = x.id and c.id = any($1::uuid[])
