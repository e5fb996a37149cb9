-- What a person may in an organization; nothing for who is not, or no longer, an active member. Index: membership_once.
select r.permissions::text, r.name
  from membership m
  join role r on r.id = m.role_id and r.deleted_at is null
  join app_user u on u.id = m.user_id and u.is_active and u.deleted_at is null
 where m.user_id = $1::uuid and m.organization_id = $2::uuid and m.is_active and m.deleted_at is null
