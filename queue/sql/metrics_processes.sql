-- Processes that have not ended, by state, and the oldest lease among them. Index: incarnation_alive.
select s.state, count(i.id), coalesce(max(extract(epoch from clock_timestamp() - i.beat_at)), 0)::float8
  from unnest(array['alive', 'draining', 'lost']) as s(state)
  left join (select id, beat_at, case when lease_until < statement_timestamp() then 'lost' when is_draining then 'draining' else 'alive' end as state
               from incarnation where ended_at is null) i on i.state = s.state
 group by s.state
