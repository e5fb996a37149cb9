-- Organizations whose runs do not add up: all that were submitted are live or ended, but for those whose retention is over.
-- Reads every run once: there is no other way to count.
select organization_id, coalesce(t.runs, 0) as submitted, coalesce(k.runs, 0) as kept
  from (select organization_id, sum(runs) as runs from run_tally group by organization_id) t
  full join (select organization_id, count(*) as runs
               from (select organization_id from run union all select organization_id from run_archive) r
              group by organization_id) k using (organization_id)
 where coalesce(t.runs, 0) <> coalesce(k.runs, 0)
