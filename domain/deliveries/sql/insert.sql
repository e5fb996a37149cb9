-- A mail that says something of its own, unless its channel is off or whoever gets it does not want it. Index: primary keys, suppression_once.
insert into delivery (id, organization_id, channel, user_id, address, event, message, subject, due_at)
select $1::uuid, $2::uuid, 'email', u.id, coalesce(u.email, $4), $5, $6::jsonb, $7, clock_timestamp()
  from delivery_setup s left join app_user u on u.id = nullif($3, '')::uuid and u.is_active and u.deleted_at is null
 where s.channel = 'email' and (u.id is not null) = ($3 <> '')
   and coalesce((select p.mode from notification_preference p
                  where p.user_id = u.id and p.organization_id = $2::uuid and p.channel = 'email' and p.event in ($5, '*')
                  order by p.event = '*' limit 1), 'now') <> 'off'
   and not exists (select from suppression x where x.organization_id = $2::uuid and x.address = lower(coalesce(u.email, $4)) and x.deleted_at is null)
returning id
