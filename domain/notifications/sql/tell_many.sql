-- Tells many things at once, as tell does: to each of $3 the title, body and job that stand at its place. Nobody is told of what they don't want to be told.
-- Index: primary keys.
insert into notification (id, organization_id, user_id, type, title, body, job_id)
select gen_random_uuid(), $1::uuid, u.id, $2, n.title, nullif(n.body, ''), n.job_id
  from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[]) n (user_id, title, body, job_id)
  join app_user u on u.id = n.user_id and u.is_active and u.deleted_at is null
 where coalesce((select p.mode from notification_preference p
                  where p.user_id = u.id and p.organization_id = $1::uuid and p.channel = 'in_app' and p.event in ($2, '*')
                  order by p.event = '*' limit 1), 'now') <> 'off'
