-- What may be told now, by person and rule, $3 at most, with what its words need; what that is, is looked up for those only. Index: reminder_held, primary keys.
with taken as materialized (
    select k.rule_id, k.subject_id, k.user_id, k.occurrence, k.roles, k.job_id
      from reminder k
     where k.organization_id = $1::uuid and k.state = 'held' and k.send_at <= $2::timestamptz
     order by k.user_id, k.rule_id, k.subject_id
     limit $3
       for update
), batch as materialized (
    select k.*, r.name as rule, r.trigger, j.key, j.title, j.due_date, u.time_zone, s.name as status,
           coalesce(l.start_time, case r.trigger when 'unassigned' then coalesce(j.unassigned_since, j.created_at) else coalesce(j.status_since, j.created_at) end) as since,
           w.id as worker_id, w.name as worker
      from taken k
      join reminder_rule r on r.id = k.rule_id
      join job j on j.id = k.job_id
      join job_status s on s.id = j.job_status_id
      join app_user u on u.id = k.user_id
      left join time_log l on r.trigger = 'timer_running' and l.id = k.subject_id
      left join app_user w on w.id = l.user_id
), zones as materialized (
    select g.time_zone, api.known_zone(g.time_zone, o.time_zone) as zone from (select distinct b.time_zone from batch b) g join organization o on o.id = $1::uuid
)
select b.rule_id, b.subject_id, b.user_id, to_json(b.occurrence) #>> '{}', b.rule, b.trigger, array_to_string(b.roles, ','), b.job_id, b.key, b.title, b.due_date,
       z.zone, api.told_how(b.user_id, $1::uuid, 'reminder_' || b.trigger), b.status, b.since, b.worker_id, b.worker
  from batch b
  join zones z on z.time_zone = b.time_zone
 order by b.user_id, b.rule_id, b.due_date, b.key
