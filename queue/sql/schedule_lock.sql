-- What a change of a schedule builds on, locked so that no tick settles meanwhile. Index: primary key.
select cron, time_zone, kind, last_fire_at, clock_timestamp(), args::text from schedule where id = $1 and organization_id = $2 for update
