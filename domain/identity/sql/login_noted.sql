-- Signed in: the failures before are forgotten. Index: primary keys.
with forgotten as (delete from login_failure where subject = $2)
update app_user set last_login_at = clock_timestamp() where id = $1::uuid
