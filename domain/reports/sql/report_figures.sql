-- The figures above a dashboard of reports: as the rows of a type, so $1 to $4 mean the same. Index: job_by_creation.
select count(*), count(*) filter (where s.category = 'open'), count(*) filter (where s.category in ('in_progress', 'blocked', 'review')),
       count(*) filter (where s.category = 'done'), count(*) filter (where s.category not in ('done', 'cancelled') and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz),
       count(*) filter (where s.category not in ('done', 'cancelled') and j.assigned_to_user_id is null),
       count(*) filter (where s.category not in ('done', 'cancelled') and j.assigned_to_user_id = $3::uuid),
       count(*) filter (where j.created_at >= ($4::jsonb ->> 'as_of')::timestamptz - interval '30 days'),
       count(*) filter (where j.completed_at >= ($4::jsonb ->> 'as_of')::timestamptz - interval '30 days')
  from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j join job_status s on s.id = j.job_status_id
