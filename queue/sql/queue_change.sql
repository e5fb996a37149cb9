-- Changes a queue: null leaves a setting as it is, 0 takes a limit away.
update queue
   set is_paused = coalesce($2::boolean, is_paused),
       paused_at = case when $2::boolean then coalesce(paused_at, clock_timestamp()) when $2::boolean is null then paused_at end,
       paused_by = case when $2::boolean then coalesce(paused_by, $3) when $2::boolean is null then paused_by end,
       concurrency = case when $4::int is null then concurrency else nullif($4::int, 0) end,
       key_concurrency = coalesce($5::int, key_concurrency),
       rate_per_minute = case when $6::int is null then rate_per_minute else nullif($6::int, 0) end,
       updated_at = clock_timestamp()
 where name = $1
returning name
