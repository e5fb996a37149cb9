-- Keys that may still verify something; the newest first: it signs.
select id, private_pem, public_pem, extract(epoch from clock_timestamp() - created_at)::float8 from signing_key
 where retires_at is null or retires_at > statement_timestamp() order by created_at desc
