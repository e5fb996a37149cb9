-- What somebody missed who comes back. Index: primary key.
select id, organization_id, type, coalesce(job_id::text, ''), coalesce(user_id::text, ''), coalesce(needs, ''), frame
  from api.event where id > $1 and id <= $2 and organization_id = $3::uuid and (user_id is null or user_id = $4::uuid) order by id limit $5
