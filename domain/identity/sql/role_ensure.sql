-- The built-in roles of an organization, as this program has them. Index: role_name_once.
insert into role (id, organization_id, name, title, permissions, is_builtin)
values (gen_random_uuid(), $1::uuid, $2, $3, $4::text[], true)
on conflict (organization_id, lower(name)) where deleted_at is null
do update set permissions = excluded.permissions, title = excluded.title where role.is_builtin and role.permissions <> excluded.permissions
