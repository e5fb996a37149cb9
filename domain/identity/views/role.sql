-- Roles as they are shown.
create view api.role as
select r.id, r.organization_id, r.name, r.title, to_json(r.permissions) as permissions, r.is_builtin, r.version, r.created_at, r.updated_at
  from role r
 where r.deleted_at is null;
