-- The run that makes a report, while it lives, and whether other reports wait for it too. Index: primary keys, report_by_run.
select r.id, exists (select from report o where o.run_id = r.id and o.id <> p.id and o.status in ('pending', 'generating'))
  from report p join run r on r.id = p.run_id where p.id = $1::uuid and p.organization_id = $2::uuid
