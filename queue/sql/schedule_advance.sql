-- Moves the cursors of a batch; an empty text: the rule never fires again.
update schedule s
   set next_fire_at = nullif(a.next_fire_at, '')::timestamptz, last_fire_at = greatest(s.last_fire_at, a.fired_at)
  from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as a(id, next_fire_at, fired_at)
 where s.id = a.id
