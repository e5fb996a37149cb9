-- Every organization.
select id from organization where deleted_at is null
