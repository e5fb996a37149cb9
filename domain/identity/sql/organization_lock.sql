-- The organization's version, held until the change is written. Index: primary key.
select version from organization where id = $1::uuid and deleted_at is null for update
