-- What clocks of these jobs follow from: how they are, in which status they were since when (microseconds, before, after), when somebody first answered, and the
-- clocks as they stand. Index: primary key, audit_of_subject, comment_of_job, sla_clock_once.
select j.id, j.job_type_id, j.job_priority_id, j.department_id, j.created_at, j.job_status_id, j.completed_at, j.deleted_at,
       (select min(c.created_at) from comment c where c.job_id = j.id and not c.is_internal and c.user_id <> j.created_by_user_id and c.deleted_at is null),
       coalesce((select json_agg(json_build_array((extract(epoch from a.at) * 1000000)::bigint, a.changed -> 'job_status_id' ->> 0, a.changed -> 'job_status_id' ->> 1)
                                 order by a.id)
                   from audit_log a where a.organization_id = $1::uuid and a.subject_id = j.id and a.subject = 'job' and a.changed ? 'job_status_id'), '[]')::text,
       coalesce((select json_agg(json_build_object('id', c.id, 'metric', c.metric, 'cycle', c.cycle, 'muted', c.muted_percent,
                                                   'stopped', (extract(epoch from c.stopped_at) * 1000000)::bigint,
                                                   'fired', array(select t.percent from sla_threshold t where t.clock_id = c.id order by t.percent)))
                   from sla_clock c where c.job_id = j.id), '[]')::text,
       j.key, j.scheduled_end, j.due_date
  from job j where j.organization_id = $1::uuid and j.id = any($2::uuid[])
 order by j.id
