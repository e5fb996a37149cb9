-- A process begins: its lease runs on the database's clock, and the queues it serves or its kinds go to exist from now on.
with served as (
    insert into queue (name) select distinct unnest($7::text[] || $10::text[]) on conflict do nothing
)
insert into incarnation (id, name, host, pid, version, roles, queues, slots, started_at, beat_at, lease_until)
values ($1, $2, $3, $4, $5, $6, $7::text[], $8, clock_timestamp(), clock_timestamp(), clock_timestamp() + make_interval(secs => $9::float8))
