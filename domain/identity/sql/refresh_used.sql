-- Used once. Index: primary key.
update refresh_token set used_at = coalesce(used_at, clock_timestamp()) where id = $1::uuid
