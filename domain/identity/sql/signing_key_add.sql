-- A new key signs from now on; the old ones verify until $4 seconds from now.
with retired as (update signing_key set retires_at = clock_timestamp() + make_interval(secs => $4::float8) where retires_at is null)
insert into signing_key (id, private_pem, public_pem) values ($1, $2, $3)
