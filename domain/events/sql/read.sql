-- The next events of all organizations, in order. Index: primary key.
select id, organization_id, type, coalesce(job_id::text, ''), coalesce(user_id::text, ''), coalesce(needs, ''), frame
  from api.event where id > $1 order by id limit $2
