-- A subscription had its turn. Index: primary key.
update report_subscription set last_run_at = $2::timestamptz, problem = null where id = $1::uuid
