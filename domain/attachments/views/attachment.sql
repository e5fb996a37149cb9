-- Files of jobs as they are shown: those of jobs that are still there.
create view api.attachment as
select a.id, a.organization_id, a.job_id, a.filename, a.content_type, a.size, a.sha256, a.scan_state, a.uploaded_by_user_id, u.name as uploaded_by_name,
       a.version, a.created_at, a.updated_at
  from attachment a
  join app_user u on u.id = a.uploaded_by_user_id
  join job j on j.id = a.job_id and j.deleted_at is null
 where a.deleted_at is null;
