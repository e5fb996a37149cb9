-- What the digests of these people ($2, whose days end at $3) list: their open jobs that are due on the day or overdue, and the reminders that wait for it.
-- 200 of each a person. Index: job_assigned, reminder_for_digest.
select p.user_id, x.what, x.id, x.key, x.title, x.due_date, x.rule
  from unnest($2::uuid[], $3::timestamptz[]) as p(user_id, day_ends)
 cross join lateral (
    (select case when j.due_date < $4::timestamptz then 'overdue' else 'due' end as what, j.id, j.key, j.title, j.due_date, null::text as rule
       from job j join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
      where j.organization_id = $1::uuid and j.assigned_to_user_id = p.user_id and j.deleted_at is null and j.archived_at is null and j.completed_at is null
        and j.due_date < p.day_ends and api.may_see_job(j.id, p.user_id)
      order by j.due_date, j.key limit 200)
    union all
    (select 'reminder', j.id, j.key, j.title, j.due_date, r.name
       from reminder k join reminder_rule r on r.id = k.rule_id join job j on j.id = k.job_id and j.deleted_at is null and j.archived_at is null
       join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
      where k.organization_id = $1::uuid and k.user_id = p.user_id and k.state = 'digest' and api.may_see_job(j.id, p.user_id)
        and not (j.assigned_to_user_id is not distinct from p.user_id and j.due_date < p.day_ends)
      order by k.due_at, j.key limit 200)) x
 order by p.user_id, x.what desc, x.due_date, x.key
