-- Somebody decides that a mail goes out again, for which nobody knows whether it did, or which did not. Index: primary key.
update delivery set state = 'intended', reason = 'asked for again', ended_at = null, due_at = clock_timestamp()
 where id = $1::uuid and organization_id = $2::uuid and state in ('unknown', 'dead', 'bounced', 'suppressed', 'withdrawn')
returning channel
