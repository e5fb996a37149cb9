-- Events as listeners get them: {id, type, at, actor, data}, the data with what it takes to show them.
create view api.event as
select e.id, e.organization_id, e.type, e.job_id, e.user_id, e.needs,
       json_build_object('id', e.id, 'type', e.type, 'at', e.at, 'actor', e.actor, 'data',
           case when e.type = 'notification'
                then (select to_jsonb(n) - 'organization_id' from (select id, type, title, body, job_id, created_at from notification where id = e.subject_id) n)
                else e.data || case when j.id is null then '{}' else jsonb_build_object('job_id', j.id, 'key', j.key, 'title', j.title,
                                        'assigned_to_user_id', j.assigned_to_user_id, 'job_status_id', j.job_status_id) end
                            || case when e.type in ('comment_added', 'attachment_added') then jsonb_build_object(replace(e.type, '_added', '_id'), e.subject_id) else '{}' end
           end)::text as frame
  from event e left join job j on j.id = e.job_id;
