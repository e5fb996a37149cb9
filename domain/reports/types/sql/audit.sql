-- Who changed what, oldest first. Index: audit_by_time.
select to_char(a.at at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD HH24:MI:SS'), coalesce(u.name, a.actor), a.action, a.subject, coalesce(j.key, ''), a.subject_id,
       (select coalesce(string_agg(key, ', ' order by key), '') from jsonb_object_keys(a.changed) key), coalesce(a.reason, '')
  from api.report_history($1::uuid, $2::text, $3::uuid, $4::jsonb) a
  left join app_user u on a.actor = 'user:' || u.id
  left join job j on j.id = case when a.subject = 'job' then a.subject_id else a.parent_id end
 order by a.at, a.id
