-- The run that makes a report, while it lives. Index: primary keys.
select r.id from report p join run r on r.id = p.run_id where p.id = $1 and p.organization_id = $2
