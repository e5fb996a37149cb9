-- Dead runs of a group that were not redriven yet, oldest first. Index: run_archive_dead.
select a.id from run_archive a join dead_group g on g.fingerprint = a.fingerprint and g.organization_id = a.organization_id
 where g.id = $1 and a.organization_id = $2 and a.state = 'dead'
   and not exists (select 1 from run_event e where e.run_id = a.id and e.event = 'redriven')
 order by a.finished_at limit $3
