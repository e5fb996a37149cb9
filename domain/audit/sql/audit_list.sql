-- Who changed what, newest first: all of it, or with $10 what somebody did and what happened to the jobs they lead. Index: audit_by_time, audit_of_subject.
select coalesce(json_agg(h), '[]')::text from (
    select a.id as seq, a.at, a.actor, (select u.name from app_user u where a.actor = 'user:' || u.id) as actor_name, a.action, a.subject, a.subject_id, a.parent_id,
           a.changed, a.reason, a.request_id
      from audit_log a
     where a.organization_id = $1::uuid and ($2::text is null or a.subject = $2) and ($3::uuid is null or a.subject_id = $3::uuid)
       and ($4::text is null or a.actor = $4) and ($5::text is null or a.action = $5)
       and ($6::timestamptz is null or a.at >= $6::timestamptz) and ($7::timestamptz is null or a.at < $7::timestamptz)
       and ($10::uuid is null or a.actor = 'user:' || $10 or exists (
               select 1 from job j where j.id in (a.subject_id, a.parent_id)
                  and (exists (select 1 from department d where d.id = j.department_id and d.manager_user_id = $10::uuid)
                       or exists (select 1 from team t where t.id = j.team_id and t.lead_user_id = $10::uuid))))
     order by a.at desc, a.id desc limit $8::int offset $9::int) h
