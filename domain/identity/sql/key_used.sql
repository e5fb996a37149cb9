-- When a key was last used, to the minute. Index: primary key.
insert into api_key_use as u (key_id, last_used_at) values ($1::uuid, clock_timestamp())
on conflict (key_id) do update set last_used_at = excluded.last_used_at where u.last_used_at < statement_timestamp() - interval '1 minute'
