-- An attempt takes the report in hand and says which file it will make; it learns which one the attempt before it may have left.
-- No row: the report is gone or made already, or the run ($3, epoch $4) is not ours any more. Locks the run, then the report.
with ours as (
    select id from run where id = $3 and epoch = $4 and state = 'running' for share
), before as (
    select r.id, r.file from report r, ours where r.id = $1 and r.organization_id = $2 and r.status <> 'ready' for update of r
)
update report r
   set status = 'generating', error = null, finished_at = null, run_id = $3, file = $5 || case export_format when 'CSV' then '.csv' when 'JSON' then '.json' when 'XLSX' then '.xlsx' else '.pdf' end
  from before
 where r.id = before.id
returning r.name, r.report_type, r.parameters::text, r.export_format, r.file, coalesce(before.file, '')
