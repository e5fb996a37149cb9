-- It goes on serving it. No row: another does. Index: primary key.
update webhook_lane set held_until = clock_timestamp() + make_interval(secs => $3::float8) where webhook_id = $1::uuid and holder = $2::uuid returning webhook_id
