-- What a person may in an organization now, one row a permission, and their name; nothing for who has left. Index: membership_once.
select p, u.name
  from membership m
  join role r on r.id = m.role_id and r.deleted_at is null
  join app_user u on u.id = m.user_id and u.is_active and u.deleted_at is null
  cross join lateral unnest(r.permissions) p
 where m.organization_id = $1::uuid and m.user_id = $2::uuid and m.is_active and m.deleted_at is null
