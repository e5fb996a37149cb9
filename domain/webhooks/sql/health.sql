-- How a destination does: failures in a row, and until when it is left alone. Index: primary key.
update webhook_lane set failures = $2::int, failing_since = case when $2::int = 0 then null else coalesce(failing_since, clock_timestamp()) end,
       open_until = case when $3::float8 > 0 then clock_timestamp() + make_interval(secs => $3::float8) end
 where webhook_id = $1::uuid
