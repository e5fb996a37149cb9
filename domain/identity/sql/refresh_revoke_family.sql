-- Somebody else has one of these tokens, or the person signed out: none of them is good any more. Index: refresh_token_family.
update refresh_token set revoked_at = clock_timestamp() where family = $1::uuid and revoked_at is null
