-- What people did to jobs, newest first: $2 all jobs, else those that are $3's; $4 internal comments too. SEEDS.md C-40. Index: audit_by_time.
select coalesce(json_agg(h), '[]')::text from (
    select a.id, u.id as user_id, u.name as user_name, a.subject || '_' || a.action as action, a.at as timestamp, a.subject, a.subject_id, j.id as job_id, j.key, j.title
      from audit_log a
      join job j on j.id = case when a.subject = 'job' then a.subject_id else a.parent_id end
      left join app_user u on a.actor = 'user:' || u.id
     where a.organization_id = $1::uuid and a.subject in ('job', 'comment', 'attachment', 'checklist', 'checklist_item', 'job_tag')
       and ($4::boolean or a.subject <> 'comment' or exists (select 1 from comment c where c.id = a.subject_id and not c.is_internal))
       and ($2::boolean or j.created_by_user_id = $3::uuid or j.assigned_to_user_id = $3::uuid
            or exists (select 1 from job_watcher w where w.job_id = j.id and w.user_id = $3::uuid))
       and ($5::uuid is null or u.id = $5::uuid) and ($6::uuid is null or j.id = $6::uuid)
     order by a.at desc, a.id desc limit $7::int offset $8::int) h
