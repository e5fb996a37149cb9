-- A run that waits for what can't come: its parent is gone or does not know it has children, the count of its parents is
-- wrong, or it no longer waits. Index: run_dependency's keys, primary key.
with tie as (select run_id, count(*) as parents from run_dependency group by run_id)
select d.run_id, d.depends_on,
       case when p.id is null then 'its parent is not live' else 'its parent does not know of it' end as problem
  from run_dependency d left join run p on p.id = d.depends_on
 where p.id is null or not p.has_dependents
union all
select t.run_id, null, 'it has parents and does not wait' from tie t
 where not exists (select 1 from run r where r.id = t.run_id and r.state = 'waiting')
union all
select r.id, null, 'it waits for ' || r.waiting_for || ' and has ' || coalesce(t.parents, 0) || ' parents'
  from run r left join tie t on t.run_id = r.id
 where r.state = 'waiting' and (r.waiting_for <> coalesce(t.parents, 0) or r.waiting_for < 1)
