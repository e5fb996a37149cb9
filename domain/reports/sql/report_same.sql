-- A report that is being made and answers the same question ($2), held so that its run can't end meanwhile: one whose rows have not been read, or have
-- been while nothing was changed since (a minute before it counts too: what was committed late). Index: report_asked, audit_by_time.
select r.id, r.run_id, r.file is not null
  from report r
 where r.organization_id = $1::uuid and r.question = $2 and r.status in ('pending', 'generating')
   and exists (select from run where run.id = r.run_id and run.cancel_requested_at is null)
   and (r.began_at is null or not exists (select from audit_log a where a.organization_id = $1::uuid and a.at > r.began_at - interval '1 minute'))
 order by r.created_at limit 1 for update
