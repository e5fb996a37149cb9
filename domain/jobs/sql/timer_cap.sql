-- Stops timers after so many seconds ($3) of running, to be looked at by somebody. Returns those that still ran. Index: primary key.
update time_log l set end_time = l.start_time + make_interval(secs => $3::float8), needs_review = true
 where l.organization_id = $1::uuid and l.id = any($2::uuid[]) and l.end_time is null and l.deleted_at is null
returning l.id
