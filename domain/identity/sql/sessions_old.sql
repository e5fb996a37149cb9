-- How much session.cleanup would forget. Index: refresh_token_expiry.
select (select count(*) from refresh_token where organization_id = $1::uuid and expires_at < $2::timestamptz),
       (select count(*) from login_failure where first_at < $3::timestamptz and coalesce(locked_until, first_at) < $3::timestamptz)
