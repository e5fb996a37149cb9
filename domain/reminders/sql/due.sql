-- What may be told now, by person and rule, $3 at most, with what its words need. Index: reminder_held, primary keys.
select k.rule_id, k.subject_id, k.user_id, to_json(k.occurrence) #>> '{}', r.name, r.trigger, array_to_string(k.roles, ','), k.job_id, j.key, j.title, j.due_date,
       api.known_zone(u.time_zone, o.time_zone), api.told_how(k.user_id, k.organization_id, 'reminder_' || r.trigger), s.name,
       coalesce(l.start_time, case r.trigger when 'unassigned' then coalesce(j.unassigned_since, j.created_at) else coalesce(j.status_since, j.created_at) end), w.id, w.name
  from reminder k
  join reminder_rule r on r.id = k.rule_id
  join job j on j.id = k.job_id
  join job_status s on s.id = j.job_status_id
  join app_user u on u.id = k.user_id
  join organization o on o.id = k.organization_id
  left join time_log l on r.trigger = 'timer_running' and l.id = k.subject_id
  left join app_user w on w.id = l.user_id
 where k.organization_id = $1::uuid and k.state = 'held' and k.send_at <= $2::timestamptz
 order by k.user_id, k.rule_id, j.due_date, j.key
 limit $3
   for update of k
