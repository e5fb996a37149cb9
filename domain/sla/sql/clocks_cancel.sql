-- Clocks that nobody promises any more. Index: primary key.
update sla_clock set cancelled_at = $2::timestamptz, running_from = null, paused_at = null, next_at = null, updated_at = clock_timestamp()
 where id = any($1::uuid[]) and stopped_at is null and cancelled_at is null
