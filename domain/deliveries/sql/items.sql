-- What a mail tells: notifications that are still unread and still wanted by mail, oldest first. Index: primary key, delivery_carried.
select n.type, n.title, coalesce(n.body, ''), coalesce(n.job_id::text, ''), coalesce(j.key, ''), coalesce(j.title, ''), n.created_at
  from delivery d
  join notification n on n.id = d.notification_id
  left join job j on j.id = n.job_id
 where (d.id = $1::uuid or d.carried_by = $1::uuid) and n.read_at is null and n.deleted_at is null and (n.job_id is null or j.deleted_at is null)
   and coalesce((select p.mode from notification_preference p
                  where p.user_id = n.user_id and p.organization_id = n.organization_id and p.channel = 'email' and p.event in (n.type, '*')
                  order by p.event = '*' limit 1), 'now') <> 'off'
 order by n.created_at, n.id
