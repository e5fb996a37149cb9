-- An API key by its hash, and whose it is. Index: api_key_once.
select k.id, k.organization_id, k.user_id, coalesce(k.permissions::text, '')
  from api_key k
 where k.token_hash = $1 and k.deleted_at is null and (k.expires_at is null or k.expires_at > statement_timestamp())
