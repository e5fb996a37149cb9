-- A new schedule; its cursor stands on its first tick.
insert into schedule (id, organization_id, name, kind, args, queue, priority, cron, time_zone, misfire, misfire_limit, overlap, is_paused, next_fire_at)
values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, nullif($14, '')::timestamptz)
