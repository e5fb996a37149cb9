-- What somebody is called. Index: primary key.
select name from app_user where id = $1::uuid
