-- What was held and is true no longer is not told: each says why. Index: reminder_held, primary keys.
update reminder k set state = 'withdrawn', reason = w.reason, settled_at = $2::timestamptz
  from (select k.rule_id, k.subject_id, k.user_id, k.occurrence,
               case when r.deleted_at is not null or not r.is_active then 'the rule is switched off'
                    when j.deleted_at is not null then 'the job is deleted'
                    when j.archived_at is not null or s.category in ('done', 'cancelled') then 'the job is closed'
                    when r.trigger in ('before_due', 'due_day') and j.due_date is distinct from k.occurrence then 'its due date moved'
                    when r.trigger = 'overdue' and (j.due_date is null or j.due_date > $2::timestamptz) then 'it is not overdue any more'
                    when r.trigger = 'unassigned' and (j.assigned_to_user_id is not null or j.unassigned_since > k.occurrence) then 'somebody took it'
                    when r.trigger = 'in_status' and (j.status_since > k.occurrence or not (s.id is not distinct from r.job_status_id or s.category is not distinct from r.status_category))
                        then 'its status changed'
                    when r.trigger = 'timer_running' and (l.end_time is not null or l.deleted_at is not null) then 'the timer was stopped'
                    when not u.is_active or u.deleted_at is not null or not api.may_see_job(k.job_id, k.user_id) then 'they may not see it any more'
                    when not exists (select from api.reminder_recipients(j.id, j.assigned_to_user_id, j.created_by_user_id, j.department_id, j.team_id, r.recipients, l.user_id) x where x.user_id = k.user_id) then 'it is not theirs any more'
                    when exists (select from reminder_snooze z where z.user_id = k.user_id and z.job_id = k.job_id and z.until <= $2::timestamptz and z.until >= k.created_at)
                        then 'told with the end of what they put off' end as reason
          from reminder k
          join reminder_rule r on r.id = k.rule_id
          join job j on j.id = k.job_id
          join job_status s on s.id = j.job_status_id
          join app_user u on u.id = k.user_id
          left join time_log l on r.trigger = 'timer_running' and l.id = k.subject_id
         where k.organization_id = $1::uuid and k.state = 'held' and k.send_at <= $2::timestamptz and k.created_at < $2::timestamptz) w
 where k.rule_id = w.rule_id and k.subject_id = w.subject_id and k.user_id = w.user_id and k.occurrence = w.occurrence and w.reason is not null
