-- Who is signed in, with the organization and what they may there. Index: primary keys.
select json_build_object('id', u.id, 'email', u.email, 'name', u.name, 'first_name', u.first_name, 'last_name', u.last_name, 'phone', u.phone,
           'role', r.name, 'permissions', r.permissions, 'department_id', u.department_id, 'time_zone', u.time_zone, 'locale', u.locale, 'is_active', u.is_active,
           'last_login_at', u.last_login_at, 'created_at', u.created_at, 'updated_at', u.updated_at,
           'organization', json_build_object('id', o.id, 'name', o.name, 'slug', o.slug, 'time_zone', o.time_zone))::text
  from app_user u
  join membership m on m.user_id = u.id and m.organization_id = $2::uuid
  join role r on r.id = m.role_id
  join organization o on o.id = m.organization_id
 where u.id = $1::uuid
