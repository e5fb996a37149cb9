-- People as they are shown in their organization.
create view api.app_user as
select u.id, m.organization_id, u.email, u.name, u.first_name, u.last_name, r.name as role, u.department_id, u.phone, u.is_active and m.is_active as is_active,
       u.time_zone, u.locale, u.last_login_at, u.version, u.created_at, u.updated_at
  from app_user u
  join membership m on m.user_id = u.id and m.deleted_at is null
  join role r on r.id = m.role_id
 where u.deleted_at is null;
