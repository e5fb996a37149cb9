-- Who runs the organization: told of what has no owner any more. Index: membership_once.
select u.id from app_user u
  join membership m on m.user_id = u.id and m.organization_id = $1::uuid and m.is_active and m.deleted_at is null
  join role r on r.id = m.role_id and r.deleted_at is null and 'org.manage' = any(r.permissions)
 where u.is_active and u.deleted_at is null
