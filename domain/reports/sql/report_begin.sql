-- A run takes the report in hand; no row: it is gone or done already.
update report set status = 'generating', error = null where id = $1 and organization_id = $2 and status in ('pending', 'generating', 'failed')
returning name, report_type, parameters::text, export_format
