-- A person puts a job off. Index: primary key.
insert into reminder_snooze (user_id, job_id, organization_id, until) values ($1::uuid, $2::uuid, $3::uuid, $4::timestamptz)
on conflict (user_id, job_id) do update set until = excluded.until, told_at = null, created_at = clock_timestamp()
returning json_build_object('job_id', job_id, 'until', until)::text
