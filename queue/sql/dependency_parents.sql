-- Locks the live parents of a new run so that none finishes between our look and our commit. Index: primary key.
with live as (select id from run where id = any($1::uuid[]) order by id for update),
     marked as (update run set has_dependents = true where id in (select id from live) and not has_dependents)
select p.id, case when exists (select 1 from live where live.id = p.id) then 'live'
                  else coalesce((select a.state::text from run_archive a where a.id = p.id limit 1), 'unknown') end
  from unnest($1::uuid[]) as p(id)
