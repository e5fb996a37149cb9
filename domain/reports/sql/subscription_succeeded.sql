-- Failures in a row begin anew. Index: primary key.
update report_subscription set failures = 0, failure_told_at = null where id = $1::uuid and failures > 0
