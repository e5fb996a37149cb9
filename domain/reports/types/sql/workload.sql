-- What everybody has on their hands now: open work by person, whoever has none too. Index: job_assigned.
select u.name, coalesce(d.name, ''), coalesce(w.open, 0), coalesce(w.high, 0), coalesce(w.medium, 0), coalesce(w.low, 0), coalesce(w.overdue, 0), coalesce(w.soon, 0),
       coalesce(round(w.hours, 1)::text, '0'), u.id
  from api.report_people($1::uuid, $2::text, $3::uuid, $4::jsonb) u
  left join (select j.assigned_to_user_id as user_id, count(*) as open, count(*) filter (where p.level >= 3) as high, count(*) filter (where p.level = 2) as medium,
                    count(*) filter (where p.level <= 1) as low, count(*) filter (where j.due_date < ($4::jsonb ->> 'as_of')::timestamptz) as overdue,
                    count(*) filter (where j.due_date >= ($4::jsonb ->> 'as_of')::timestamptz and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz + interval '7 days') as soon,
                    sum(greatest(j.estimated_hours - coalesce((select sum(extract(epoch from l.end_time - l.start_time)) / 3600 from time_log l
                                                                where l.job_id = j.id and l.end_time is not null and l.deleted_at is null), 0), 0)) as hours
               from job j join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled') join job_priority p on p.id = j.job_priority_id
              where j.organization_id = $1::uuid and j.deleted_at is null and j.completed_at is null and j.assigned_to_user_id is not null
                and ($4::jsonb ->> 'class' is null or exists (select 1 from job_type t where t.id = j.job_type_id and t.class = $4::jsonb ->> 'class'))
              group by 1) w on w.user_id = u.id
  left join department d on d.id = u.department_id
 where u.is_active or w.open > 0
 order by coalesce(w.open, 0) desc, u.name, u.id
