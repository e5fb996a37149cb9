-- When a key was last used, to the minute. Index: primary key.
update api_key set last_used_at = clock_timestamp() where id = $1::uuid and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
