-- Is there anybody yet?
select count(*) from (select 1 from app_user where deleted_at is null and password_hash is not null limit 1) somebody
