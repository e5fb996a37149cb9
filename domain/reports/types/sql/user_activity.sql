-- What people did, by what history says: one row a person who did something, the busiest first. Index: audit_by_time.
select u.name, coalesce(d.name, ''), w.actions, w.created, w.moved, w.completed, w.comments, w.files, w.logs, to_char(w.last_at at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD HH24:MI'), u.id
  from (select a.actor, count(*) as actions, count(*) filter (where a.subject = 'job' and a.action = 'created') as created,
               count(*) filter (where a.subject = 'job' and a.action = 'updated' and a.changed ? 'job_status_id') as moved,
               count(*) filter (where a.subject = 'job' and a.action = 'updated' and a.changed -> 'completed_at' ->> 1 is not null) as completed,
               count(*) filter (where a.subject = 'comment' and a.action = 'created') as comments,
               count(*) filter (where a.subject = 'attachment' and a.action = 'created') as files,
               count(*) filter (where a.subject = 'time_log' and a.action = 'created') as logs, max(a.at) as last_at
          from api.report_history($1::uuid, 'all', null, $4::jsonb - 'department_id' - 'team_id') a
         where a.actor like 'user:%' group by 1) w
  join api.report_people($1::uuid, $2::text, $3::uuid, $4::jsonb) u on w.actor = 'user:' || u.id
  left join department d on d.id = u.department_id
 order by w.actions desc, u.name, u.id
