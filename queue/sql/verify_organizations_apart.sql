-- Rows of one organization tied to another's: a run and its schedule, its parent, or what it is a redrive of.
select r.id as run_id, r.organization_id, 'schedule' as tied_to, s.id as other, s.organization_id as other_organization
  from run r join schedule s on s.id = r.schedule_id where s.organization_id <> r.organization_id
union all
select r.id, r.organization_id, 'parent', p.id, p.organization_id
  from run_dependency d join run r on r.id = d.run_id join run p on p.id = d.depends_on where p.organization_id <> r.organization_id
union all
select r.id, r.organization_id, 'source', a.id, a.organization_id
  from run r join run_archive a on a.id = r.redriven_from where a.organization_id <> r.organization_id
