-- Everything about a job in one answer. Index: primary keys, and those of each part's job_id.
select json_build_object(
    'job', (select row_to_json(j) from (select * from api.job where id = $1::uuid) j),
    'job_type', (select json_build_object('id', t.id, 'name', t.name, 'description', t.description, 'class', t.class) from job_type t where t.id = o.job_type_id),
    'job_status', (select json_build_object('id', s.id, 'name', s.name, 'slug', s.slug, 'description', s.description, 'category', s.category,
                       'display_order', s.display_order) from job_status s where s.id = o.job_status_id),
    'job_priority', (select json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'level', p.level, 'color', p.color) from job_priority p where p.id = o.job_priority_id),
    'created_by', (select json_build_object('id', u.id, 'name', u.name, 'email', u.email) from app_user u where u.id = o.created_by_user_id),
    'assigned_to', (select json_build_object('id', u.id, 'name', u.name, 'email', u.email) from app_user u where u.id = o.assigned_to_user_id),
    'department', (select json_build_object('id', d.id, 'name', d.name, 'description', d.description) from department d where d.id = o.department_id and d.deleted_at is null),
    'team', (select json_build_object('id', t.id, 'name', t.name, 'description', t.description) from team t where t.id = o.team_id and t.deleted_at is null),
    'comments', coalesce((select json_agg(c order by c.created_at) from (select c.*, json_build_object('id', u.id, 'name', u.name, 'email', u.email) as "user"
                              from api.comment c join app_user u on u.id = c.user_id where c.job_id = $1::uuid and (not c.is_internal or $2::boolean)) c), '[]'),
    'attachments', coalesce((select json_agg(a order by a.created_at) from (select a.*, json_build_object('id', u.id, 'name', u.name, 'email', u.email) as uploaded_by
                                 from api.attachment a join app_user u on u.id = a.uploaded_by_user_id where a.job_id = $1::uuid) a), '[]'),
    'checklists', coalesce((select json_agg(json_build_object('id', c.id, 'title', c.title, 'description', c.description, 'display_order', c.display_order,
                               'items', coalesce((select json_agg(i order by i.display_order, i.created_at) from (
                                   select i.*, case when u.id is not null then json_build_object('id', u.id, 'name', u.name, 'email', u.email) end as assigned_to
                                     from api.checklist_item i left join app_user u on u.id = i.assigned_to_user_id where i.checklist_id = c.id) i), '[]')) order by c.display_order)
                              from api.checklist c where c.job_id = $1::uuid), '[]'),
    'time_logs', coalesce((select json_agg(l order by l.start_time) from (select l.*, json_build_object('id', u.id, 'name', u.name, 'email', u.email) as "user"
                              from api.time_log l join app_user u on u.id = l.user_id where l.job_id = $1::uuid) l), '[]'),
    'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color) order by t.name) from job_tag jt join tag t on t.id = jt.tag_id and t.deleted_at is null where jt.job_id = $1::uuid), '[]'),
    'history', coalesce((select json_agg(h) from (select a.id as seq, a.at, a.actor, (select u.name from app_user u where a.actor = 'user:' || u.id) as actor_name, a.action, a.subject, a.subject_id, a.changed, a.reason from audit_log a
                               where a.organization_id = $3::uuid and (a.subject_id = $1::uuid or a.parent_id = $1::uuid) order by a.id desc limit 200) h), '[]'))::text
  from job o where o.id = $1::uuid
