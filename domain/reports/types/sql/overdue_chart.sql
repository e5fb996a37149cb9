-- Overdue work by how late it is, for the chart; the same parameters as the rows.
select b.label, count(late.due_date)
  from (values (1, 'up to a day', 0, 1), (2, '2 to 7 days', 1, 7), (3, '8 to 30 days', 7, 30), (4, '31 to 90 days', 30, 90), (5, 'over 90 days', 90, null)) b(place, label, over, upto)
  left join (select j.due_date, ($4::jsonb ->> 'as_of')::timestamptz as as_of
               from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j
               join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
              where j.completed_at is null and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz - make_interval(days => coalesce(($4::jsonb ->> 'at_least_days')::int, 0))) late
    on late.due_date < late.as_of - make_interval(days => b.over) and (b.upto is null or late.due_date >= late.as_of - make_interval(days => b.upto))
 group by b.place, b.label
 order by b.place
