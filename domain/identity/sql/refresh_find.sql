-- The refresh token with that hash, locked. Index: refresh_token_once. A used one may be repeated for 20 seconds: its answer got lost.
select id, family, organization_id, user_id, revoked_at is not null, expires_at <= statement_timestamp(), used_at is not null,
       coalesce(used_at > statement_timestamp() - interval '20 seconds', false)
  from refresh_token where token_hash = $1 for update
