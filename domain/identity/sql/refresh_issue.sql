-- A refresh token, hashed. $6 seconds to live.
insert into refresh_token (id, family, organization_id, user_id, token_hash, expires_at, address, agent)
values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, clock_timestamp() + make_interval(secs => $6::float8), nullif($7, ''), nullif($8, ''))
