-- A report to send along. Index: primary key.
select name, lower(export_format), file, bytes from report where id = $1::uuid and organization_id = $2::uuid and status = 'ready'
