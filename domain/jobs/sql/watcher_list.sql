-- Who watches a job. Index: primary key.
select coalesce(json_agg(json_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'since', w.created_at) order by w.created_at, u.id), '[]')::text
  from job_watcher w join app_user u on u.id = w.user_id and u.deleted_at is null
 where w.organization_id = $1::uuid and w.job_id = $2::uuid
