-- A person's password hash. Index: primary key.
select coalesce(password_hash, '') from app_user where id = $1::uuid
