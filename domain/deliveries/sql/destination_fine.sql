-- These destinations do what they should. Index: primary key.
update mail_destination set failures = 0, failing_since = null, open_until = null, probed_by = null, probed_until = null, reason = null
 where name = any($1::text[]) and failures > 0
