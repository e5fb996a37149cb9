-- What is shown of a person changed in another table: a new version, so that nobody takes the old one for it. Index: primary key.
update app_user set version = version + 1, updated_at = clock_timestamp() where id = $1::uuid
