-- Which organizations have jobs whose due date has come, and when the next one comes. Index: job_due_next.
select coalesce((select string_agg(distinct organization_id::text, ',')
                   from (select organization_id from job_due_watch where due_at <= $1::timestamptz order by due_at limit 1000) w), ''),
       (select min(due_at) from job_due_watch where due_at > $1::timestamptz)
