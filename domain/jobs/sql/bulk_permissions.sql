-- Those of the permissions that a person still holds; none for who has left. Index: membership_once.
select p from unnest($3::text[]) p
  join membership m on m.user_id = $2::uuid and m.organization_id = $1::uuid and m.is_active and m.deleted_at is null
  join app_user u on u.id = m.user_id and u.is_active and u.deleted_at is null
  join role r on r.id = m.role_id and r.deleted_at is null
 where p = any(r.permissions) or '*' = any(r.permissions)
