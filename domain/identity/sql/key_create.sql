-- A key for a machine; empty text: all its person may, and for ever.
insert into api_key (id, organization_id, user_id, name, token_hash, permissions, expires_at)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5, nullif($6, '')::text[], nullif($7, '')::timestamptz)
