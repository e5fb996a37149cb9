-- Forgets refresh tokens that expired before $2, $3 at most. One that is used again is then unknown, and refused all the same. Index: refresh_token_expiry.
delete from refresh_token where id in
    (select id from refresh_token where organization_id = $1::uuid and expires_at < $2::timestamptz order by expires_at limit $3)
