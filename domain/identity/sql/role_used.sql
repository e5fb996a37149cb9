-- How many people have a role. Index: none; roles are deleted rarely.
select count(*) from membership where organization_id = $1::uuid and role_id = $2::uuid and deleted_at is null
