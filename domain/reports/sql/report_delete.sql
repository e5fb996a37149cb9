-- Forgets a report; the file goes after the commit.
delete from report where id = $1 and organization_id = $2 returning coalesce(file, '')
