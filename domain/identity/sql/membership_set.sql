-- Gives a person a role by its name; no row when there is no such role. A role that is being deleted is waited for. Index: role_name_once, membership_once.
insert into membership (organization_id, user_id, role_id)
select $1::uuid, $2::uuid, id from role where organization_id = $1::uuid and lower(name) = lower($3) and deleted_at is null for share
on conflict (user_id, organization_id) do update set role_id = excluded.role_id
returning id
