-- Who comes first with a key works; a row comes back only for that one. Index: primary key.
insert into idempotency (organization_id, actor, route, key, request_hash, created_at)
values ($1, $2, $3, $4, $5, clock_timestamp())
on conflict do nothing
returning key
