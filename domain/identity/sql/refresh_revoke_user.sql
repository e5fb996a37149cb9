-- Signs a person out everywhere. Index: refresh_token_of_user.
update refresh_token set revoked_at = clock_timestamp() where user_id = $1::uuid and revoked_at is null
