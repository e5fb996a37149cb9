-- Dead runs that no group shows, or that their group did not count. $1 since. Index: dead_group_once.
with dead as (
    select organization_id, fingerprint, count(*) as runs, min(id::text) as example from run_archive
     where finished_at >= $1 and state = 'dead' group by organization_id, fingerprint
)
select d.example as run_id, d.organization_id, d.fingerprint, d.runs, g.total as counted
  from dead d left join dead_group g on g.organization_id = d.organization_id and g.fingerprint = d.fingerprint
 where g.id is null or g.total < d.runs
