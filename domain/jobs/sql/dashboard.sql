-- A dashboard. $2: the person it is about, whose work counts (given to them or asked for by them); null: everybody's, as far as the caller ($4) sees it
-- when $3 says that this is all. $5: whether the caller sees how people do, $6: everybody or, false, those of their own departments and teams.
-- Counts come from indexes that hold all they need; lists are short. The time is the statement's: an index can't be asked for a clock that moves.
-- Index: job_counted, job_due, job_assigned, job_created_by, audit_by_time.
with mine as materialized (
    select j.id, j.job_status_id, j.job_priority_id, j.due_date, j.assigned_to_user_id from job j
     where not $3::boolean and j.organization_id = $1::uuid and j.deleted_at is null and j.assigned_to_user_id = $2::uuid
    union
    select j.id, j.job_status_id, j.job_priority_id, j.due_date, j.assigned_to_user_id from job j
     where not $3::boolean and j.organization_id = $1::uuid and j.deleted_at is null and j.created_by_user_id = $2::uuid
), counts as materialized (
    select s.slug, s.category, sum(n)::int as n
      from (select job_status_id, count(*) as n from job j where $3::boolean and j.organization_id = $1::uuid and j.deleted_at is null group by 1
            union all select job_status_id, count(*) from mine group by 1) c
      join job_status s on s.id = c.job_status_id group by s.slug, s.category
), pressing as materialized (
    select count(*) filter (where j.due_date < statement_timestamp())::int as overdue, count(*) filter (where j.due_date >= statement_timestamp())::int as soon
      from job j join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
     where j.organization_id = $1::uuid and j.deleted_at is null and j.completed_at is null and j.due_date < statement_timestamp() + interval '24 hours'
       and ($3::boolean or j.id in (select id from mine))
), late as (
    select j.id, j.key, j.title, j.due_date, j.assigned_to_user_id, s.slug as status, p.slug as priority
      from job j join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled') join job_priority p on p.id = j.job_priority_id
     where j.organization_id = $1::uuid and j.deleted_at is null and j.completed_at is null and j.due_date < statement_timestamp()
       and ($3::boolean or j.id in (select id from mine))
     order by j.due_date limit 20
), soon as (
    select j.id, j.key, j.title, j.due_date, j.assigned_to_user_id, s.slug as status, p.slug as priority
      from job j join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled') join job_priority p on p.id = j.job_priority_id
     where j.organization_id = $1::uuid and j.deleted_at is null and j.completed_at is null
       and j.due_date >= statement_timestamp() and j.due_date < statement_timestamp() + interval '24 hours'
       and ($3::boolean or j.id in (select id from mine))
     order by j.due_date limit 20
), given as materialized (
    select j.id, j.due_date, s.category, p.slug as priority
      from job j join job_status s on s.id = j.job_status_id join job_priority p on p.id = j.job_priority_id
     where j.organization_id = $1::uuid and j.assigned_to_user_id = coalesce($2::uuid, $4::uuid) and j.deleted_at is null
), people as materialized (
    select u.id, u.name from app_user u
     where $5::boolean and u.organization_id = $1::uuid and u.deleted_at is null
       and ($6::boolean or exists (select 1 from department d where d.id = u.department_id and d.manager_user_id = $4::uuid)
                        or exists (select 1 from team_member m join team t on t.id = m.team_id where m.user_id = u.id and m.deleted_at is null and t.lead_user_id = $4::uuid))
), performance as (
    select u.id as user_id, u.name, w.* from people u cross join lateral (
        select count(*)::int as assigned, (count(*) filter (where s.category = 'done'))::int as completed,
               (count(*) filter (where s.category = 'done' and (j.due_date is null or j.completed_at <= j.due_date)))::int as on_time,
               (count(*) filter (where s.category not in ('done', 'cancelled') and j.due_date < statement_timestamp()))::int as overdue
          from job j join job_status s on s.id = j.job_status_id
         where j.organization_id = $1::uuid and j.assigned_to_user_id = u.id and j.deleted_at is null and j.created_at > statement_timestamp() - interval '30 days') w
     where w.assigned > 0 order by w.completed desc, u.name limit 50
), entries as (
    (select a.* from audit_log a
      where $3::boolean and a.organization_id = $1::uuid and a.subject in ('job', 'comment', 'checklist', 'checklist_item', 'time_log', 'job_tag', 'attachment')
      order by a.at desc, a.id desc limit 20)
    union all
    (select a.* from (select id from mine order by id desc limit 500) m cross join lateral (
         (select * from audit_log b where b.organization_id = $1::uuid and b.subject_id = m.id order by b.id desc limit 20)
         union all (select * from audit_log b where b.organization_id = $1::uuid and b.parent_id = m.id order by b.id desc limit 20)) a)
), activity as (
    select a.at, a.actor, (select u.name from app_user u where a.actor = 'user:' || u.id) as actor_name, a.action, a.subject, a.subject_id,
           coalesce(case when a.subject = 'job' then a.subject_id end, a.parent_id) as job_id, a.changed
      from (select * from entries order by at desc, id desc limit 20) a
)
select json_build_object(
    'job_counts_by_status', (select coalesce(json_object_agg(slug, n), '{}') from counts),
    'total_jobs', (select coalesce(sum(n), 0)::int from counts),
    'open_jobs', (select coalesce(sum(n), 0)::int from counts where category not in ('done', 'cancelled')),
    'my_jobs', (select count(*)::int from given where category not in ('done', 'cancelled')),
    'overdue_count', (select overdue from pressing),
    'overdue_jobs', (select coalesce(json_agg(x), '[]') from late x),
    'due_within_24h_count', (select soon from pressing),
    'due_within_24h', (select coalesce(json_agg(x), '[]') from soon x),
    'assigned_summary', (select json_build_object('total', count(*)::int, 'open', (count(*) filter (where category not in ('done', 'cancelled')))::int,
                             'overdue', (count(*) filter (where category not in ('done', 'cancelled') and due_date < statement_timestamp()))::int,
                             'due_within_24h', (count(*) filter (where category not in ('done', 'cancelled') and due_date between statement_timestamp() and statement_timestamp() + interval '24 hours'))::int,
                             'completed', (count(*) filter (where category = 'done'))::int,
                             'by_priority', (select coalesce(json_object_agg(priority, n), '{}') from (select priority, count(*)::int as n from given
                                               where category not in ('done', 'cancelled') group by 1) b)) from given),
    'recent_activity', (select coalesce(json_agg(a), '[]') from activity a),
    'team_performance', case when $5::boolean then (select coalesce(json_agg(p), '[]') from performance p) end,
    'unread_notifications', (select count(*)::int from notification n where n.user_id = coalesce($2::uuid, $4::uuid) and n.read_at is null and n.deleted_at is null and n.is_shown))::text
