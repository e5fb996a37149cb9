-- How a delivery ended without a try of its own. Index: primary key.
update delivery set state = $2, reason = $3, ended_at = clock_timestamp() where id = $1::uuid
