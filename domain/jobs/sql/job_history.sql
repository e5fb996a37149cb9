-- What happened to a job, newest first. Index: audit_of_subject, audit_of_parent.
select coalesce(json_agg(h), '[]')::text from (
    select a.id as seq, a.at, a.actor, (select u.name from app_user u where a.actor = 'user:' || u.id) as actor_name, a.action, a.subject, a.subject_id, a.changed, a.reason
      from audit_log a where a.organization_id = $1::uuid and (a.subject_id = $2::uuid or a.parent_id = $2::uuid)
     order by a.id desc limit $3::int offset $4::int) h
