-- A worker serves a destination, for as long as it says, unless another does. Index: primary key.
insert into webhook_lane (webhook_id, holder, held_until) select id, $2::uuid, clock_timestamp() + make_interval(secs => $3::float8) from webhook where id = $1::uuid
on conflict (webhook_id) do update set holder = excluded.holder, held_until = excluded.held_until
 where webhook_lane.holder is null or webhook_lane.holder = excluded.holder or webhook_lane.held_until < statement_timestamp()
returning webhook_id
