-- An organization's reports, newest first; those that $4 asked for, null for all. Index: report_by_time.
select coalesce(jsonb_agg(page), '[]')::text
  from (select to_jsonb(r) - 'organization_id' - 'file' - 'viewer_user_id' - 'viewer_permissions' - 'question' - 'began_at' || jsonb_build_object('progress', (select p.share from run_progress p where p.run_id = r.run_id)) as page
          from report r where r.organization_id = $1 and ($4::text[] is null or r.requested_by = any($4)) order by r.created_at desc, r.id limit $2 offset $3) p
