-- A new password. Index: primary key.
update app_user set password_hash = $2 where id = $1::uuid
