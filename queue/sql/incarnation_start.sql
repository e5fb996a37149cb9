-- A process begins: its lease runs on the database's clock.
insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, lease_until)
values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp(), clock_timestamp() + make_interval(secs => $9::float8))
