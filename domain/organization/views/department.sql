-- Departments as they are shown.
create view api.department as
select d.id, d.organization_id, d.name, d.description, d.manager_user_id,
       (select u.name from app_user u where u.id = d.manager_user_id) as manager_name,
       d.version, d.created_at, d.updated_at
  from department d
 where d.deleted_at is null;
