-- The tags of a job. Index: job_tag_once.
select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'color', t.color) order by t.name), '[]')::text
  from job_tag jt join tag t on t.id = jt.tag_id and t.deleted_at is null where jt.job_id = $1::uuid
