-- Access tokens of a revoked session end with it. Index: refresh_token_family.
select 1 from refresh_token where family = $1::uuid and revoked_at is not null limit 1
