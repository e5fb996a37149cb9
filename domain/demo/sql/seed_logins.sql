-- The demo's logins and everybody's role; passwords are the same for all of them ($2, hashed). Nothing happens where they exist.
with login as (
    insert into app_user (id, organization_id, email, name, first_name, last_name, password_hash, time_zone)
    select gen_random_uuid(), $1::uuid, l.email, l.first_name || ' ' || l.last_name, l.first_name, l.last_name, $2, 'Europe/Paris'
      from (values ('admin@demo.com', 'Ada', 'Admin'), ('john@demo.com', 'John', 'Manager'), ('jane@demo.com', 'Jane', 'Member'),
                   ('sam@demo.com', 'Sam', 'Sales'), ('tess@demo.com', 'Tess', 'Technician'), ('vera@demo.com', 'Vera', 'Viewer')) as l(email, first_name, last_name)
     where not exists (select 1 from app_user u where lower(u.email) = l.email and u.deleted_at is null)
    returning id, email
), everybody as (
    select id, email from login
    union all
    select id, email from app_user u where u.organization_id = $1::uuid and not exists (select 1 from membership m where m.user_id = u.id)
)
insert into membership (organization_id, user_id, role_id)
select $1::uuid, e.id, r.id
  from everybody e
  join role r on r.organization_id = $1::uuid and r.deleted_at is null
   and r.name = case e.email when 'admin@demo.com' then 'admin' when 'john@demo.com' then 'manager' when 'sam@demo.com' then 'sales_agent'
                             when 'tess@demo.com' then 'technician' when 'vera@demo.com' then 'viewer' else 'member' end
on conflict do nothing
