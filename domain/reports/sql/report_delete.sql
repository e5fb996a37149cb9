-- Forgets a report. Its file goes before the commit: a report without its file can be deleted again, a file without its report can't.
delete from report where id = $1 and organization_id = $2 returning coalesce(file, '')
