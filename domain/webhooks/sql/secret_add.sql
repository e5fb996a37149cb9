-- A new secret; those before it sign beside it for a day. Index: primary key.
with old as (update webhook_secret set expires_at = least(coalesce(expires_at, 'infinity'), clock_timestamp() + interval '1 day') where webhook_id = $1::uuid)
insert into webhook_secret (webhook_id, secret) values ($1::uuid, $2)
