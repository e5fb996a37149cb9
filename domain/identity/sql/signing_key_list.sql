-- All keys that may still verify something, for operators: the newest first.
select id, created_at, retires_at from signing_key where retires_at is null or retires_at > statement_timestamp() order by created_at desc
