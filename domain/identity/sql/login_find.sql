-- Whoever signs in with that address, with the first organization they are active in. Index: user_email_once.
select u.id, coalesce(u.password_hash, ''), u.is_active and coalesce(m.is_active, false), coalesce(m.organization_id, u.organization_id)
  from app_user u
  left join membership m on m.user_id = u.id and m.deleted_at is null
 where lower(u.email) = lower($1) and u.deleted_at is null
 order by m.is_active desc nulls last, m.created_at
 limit 1
