-- Everything about a job in one answer. Index: those of each part's job_id.
select json_build_object(
    'job', (select row_to_json(j) from (select * from api.job where id = $1::uuid) j),
    'comments', coalesce((select json_agg(c order by c.created_at) from api.comment c where c.job_id = $1::uuid and (not c.is_internal or $2::boolean)), '[]'),
    'attachments', coalesce((select json_agg(a order by a.created_at) from (select a.*, json_build_object('id', u.id, 'name', u.name, 'email', u.email) as uploaded_by
                                 from api.attachment a join app_user u on u.id = a.uploaded_by_user_id where a.job_id = $1::uuid) a), '[]'),
    'checklists', coalesce((select json_agg(json_build_object('id', c.id, 'title', c.title, 'description', c.description, 'display_order', c.display_order,
                               'items', coalesce((select json_agg(i order by i.display_order, i.created_at) from api.checklist_item i where i.checklist_id = c.id), '[]')) order by c.display_order)
                              from api.checklist c where c.job_id = $1::uuid), '[]'),
    'time_logs', coalesce((select json_agg(l order by l.start_time) from api.time_log l where l.job_id = $1::uuid), '[]'),
    'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color) order by t.name) from job_tag jt join tag t on t.id = jt.tag_id where jt.job_id = $1::uuid), '[]'),
    'history', coalesce((select json_agg(h) from (select a.id as seq, a.at, a.actor, a.action, a.subject, a.subject_id, a.changed, a.reason from audit_log a
                               where a.organization_id = $3::uuid and (a.subject_id = $1::uuid or a.parent_id = $1::uuid) order by a.id desc limit 200) h), '[]'))::text
