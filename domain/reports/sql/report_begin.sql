-- An attempt takes its reports in hand, all that its run is to answer, and says which files it will make; it learns which ones the attempt before it
-- may have left. No row: they are gone or made already, or the run ($2, epoch $3) is not ours any more. Locks the run, then the reports.
with ours as (
    select id from run where id = $2::uuid and epoch = $3::int and state = 'running' for share
), before as (
    select r.id, r.file from report r, ours
     where r.organization_id = $4::uuid and (r.id = $1::uuid or r.run_id = ours.id) and r.status not in ('ready', 'expired') for update of r
)
update report r
   set status = 'generating', error = null, finished_at = null, began_at = clock_timestamp(), run_id = $2::uuid, file = r.id || '-' || $3::int || '.' || lower(r.export_format)
  from before
 where r.id = before.id
returning r.name, r.report_type, r.parameters::text, r.export_format, coalesce(before.file, ''), coalesce(r.viewer_user_id::text, ''), array_to_json(r.viewer_permissions)::text, r.layout::text
