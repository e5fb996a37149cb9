-- The file is made: the reports that the run answers say so in the transaction that ends it, after report_hold. No row: they are gone. Index: report_by_run.
update report r
   set status = 'ready', file = coalesce(r.file, r.id || '-' || $2::int || '.' || lower(r.export_format)), bytes = $3, sha256 = $4, rows = $5, finished_at = clock_timestamp(),
       expires_at = clock_timestamp() + make_interval(days => $6::int)
 where r.run_id = $1::uuid and r.status = 'generating'
returning r.file, r.id
