-- What reports are about: the rows that who asks for one sees ($2 how far: all, team, own; $3 who), of which the parameters ($4) leave some.
-- The same predicates as the lists of the API have (api/jobs, scopes). The planner takes functions of this form apart, so each report reads by
-- the index that its own parameters call for.
create function api.report_jobs_seen(uuid, text, uuid) returns setof job language sql stable as $$
    select j.* from job j
     where j.organization_id = $1 and j.deleted_at is null
       and ($2 = 'all'
            or ($2 in ('team', 'own', 'self') and (j.created_by_user_id = $3 or j.assigned_to_user_id = $3))
            or ($2 in ('own', 'self') and exists (select 1 from job_watcher w where w.job_id = j.id and w.user_id = $3))
            or ($2 = 'team' and (exists (select 1 from department d where d.id = j.department_id and d.manager_user_id = $3)
                                 or exists (select 1 from team t where t.id = j.team_id and t.lead_user_id = $3)
                                 or exists (select 1 from app_user u where u.id = $3 and u.department_id = j.department_id))))
$$;
create function api.report_jobs(uuid, text, uuid, jsonb) returns setof job language sql stable as $$
    select j.* from api.report_jobs_seen($1, $2, $3) j
     where ($4 ->> 'from' is null or j.created_at >= ($4 ->> 'from')::timestamptz)
       and ($4 ->> 'to' is null or j.created_at < ($4 ->> 'to')::timestamptz)
       and ($4 ->> 'department_id' is null or j.department_id = ($4 ->> 'department_id')::uuid)
       and ($4 ->> 'team_id' is null or j.team_id = ($4 ->> 'team_id')::uuid)
       and ($4 ->> 'user_id' is null or j.assigned_to_user_id = ($4 ->> 'user_id')::uuid)
       and ($4 ->> 'job_type_id' is null or j.job_type_id = ($4 ->> 'job_type_id')::uuid)
       and ($4 ->> 'job_priority_id' is null or j.job_priority_id = ($4 ->> 'job_priority_id')::uuid)
       and ($4 ->> 'class' is null or exists (select 1 from job_type t where t.id = j.job_type_id and t.class = $4 ->> 'class'))
$$;
-- People whom somebody may hear about: everybody, those of the departments and teams they lead, or themselves.
create function api.report_people(uuid, text, uuid, jsonb) returns setof app_user language sql stable as $$
    select u.* from app_user u
     where u.organization_id = $1 and u.deleted_at is null
       and ($2 = 'all' or u.id = $3
            or ($2 = 'team' and (exists (select 1 from department d where d.id = u.department_id and d.manager_user_id = $3)
                                 or exists (select 1 from team_member m join team t on t.id = m.team_id
                                             where m.user_id = u.id and m.deleted_at is null and t.lead_user_id = $3))))
       and ($4 ->> 'user_id' is null or u.id = ($4 ->> 'user_id')::uuid)
       and ($4 ->> 'department_id' is null or u.department_id = ($4 ->> 'department_id')::uuid)
       and ($4 ->> 'team_id' is null or exists (select 1 from team_member m where m.user_id = u.id and m.deleted_at is null and m.team_id = ($4 ->> 'team_id')::uuid))
$$;
-- Time that was logged, until its end; timers that run have none yet.
create function api.report_time(uuid, text, uuid, jsonb) returns setof time_log language sql stable as $$
    select l.* from time_log l
     where l.organization_id = $1 and l.deleted_at is null and l.end_time is not null
       and exists (select 1 from job j where j.id = l.job_id and j.deleted_at is null
                      and ($2 = 'all' or l.user_id = $3
                           or ($2 = 'team' and (exists (select 1 from department d where d.id = j.department_id and d.manager_user_id = $3)
                                                or exists (select 1 from team t where t.id = j.team_id and t.lead_user_id = $3)
                                                or exists (select 1 from team_member m join team t on t.id = m.team_id where m.user_id = l.user_id
                                                              and m.deleted_at is null and t.deleted_at is null and t.lead_user_id = $3)
                                                or exists (select 1 from app_user u join department d on d.id = u.department_id
                                                            where u.id = l.user_id and d.manager_user_id = $3))))
                      and ($4 ->> 'department_id' is null or j.department_id = ($4 ->> 'department_id')::uuid)
                      and ($4 ->> 'team_id' is null or j.team_id = ($4 ->> 'team_id')::uuid)
                      and ($4 ->> 'job_id' is null or j.id = ($4 ->> 'job_id')::uuid))
       and ($4 ->> 'user_id' is null or l.user_id = ($4 ->> 'user_id')::uuid)
       and ($4 ->> 'from' is null or l.start_time >= ($4 ->> 'from')::timestamptz)
       and ($4 ->> 'to' is null or l.start_time < ($4 ->> 'to')::timestamptz)
       and ($4 ->> 'billable' is null or l.is_billable = ($4 ->> 'billable')::boolean)
$$;
-- History: all of it, or what somebody did and what happened to the jobs they lead. As GET /audit-logs.
create function api.report_history(uuid, text, uuid, jsonb) returns setof audit_log language sql stable as $$
    select a.* from audit_log a
     where a.organization_id = $1
       and ($2 = 'all' or a.actor = 'user:' || $3
            or ($2 = 'team' and exists (select 1 from job j where j.id in (a.subject_id, a.parent_id)
                                           and (exists (select 1 from department d where d.id = j.department_id and d.manager_user_id = $3)
                                                or exists (select 1 from team t where t.id = j.team_id and t.lead_user_id = $3)))))
       and ($4 ->> 'from' is null or a.at >= ($4 ->> 'from')::timestamptz)
       and ($4 ->> 'to' is null or a.at < ($4 ->> 'to')::timestamptz)
       and ($4 ->> 'user_id' is null or a.actor = 'user:' || ($4 ->> 'user_id'))
       and ($4 ->> 'subject' is null or a.subject = $4 ->> 'subject')
       and ($4 ->> 'action' is null or a.action = $4 ->> 'action')
$$;
