-- Processes of the last day: alive, draining, or ended. Index: primary key; the table has a row a process start.
select coalesce(jsonb_agg(to_jsonb(w) order by w.started_at desc), '[]')::text from (
    select id, name, host, pid, version, roles, queues, slots, busy, started_at, beat_at, lease_until, ended_at,
           case when ended_at is not null then 'ended' when lease_until < statement_timestamp() then 'lost' when is_draining then 'draining' else 'alive' end as state
      from incarnation where ended_at is null or ended_at > statement_timestamp() - interval '1 day' order by started_at desc limit 200) w
