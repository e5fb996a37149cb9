-- One report, with the progress of its run; of who asked for it, null for anybody's. Index: primary keys.
select (to_jsonb(r) - 'organization_id' - 'file' - 'viewer_user_id' - 'viewer_permissions' - 'question' - 'began_at' || jsonb_build_object('progress', (select p.share from run_progress p where p.run_id = r.run_id)))::text, r.status, r.file,
       r.export_format, r.name, r.bytes, r.sha256
  from report r where r.id = $1 and r.organization_id = $2 and ($3::text[] is null or r.requested_by = any($3))
