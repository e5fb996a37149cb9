-- Deliveries go out again: those named, or all of a time that did not arrive; the same webhook-id, so a receiver knows them. Index: primary key, webhook_delivery_by_time.
update webhook_delivery set state = 'intended', due_at = clock_timestamp(), ended_at = null, reason = 'asked for again'
 where organization_id = $1::uuid and webhook_id = $2::uuid and began_at is null
   and (id = any($3::uuid[]) or (cardinality($3::uuid[]) = 0 and state in ('dead', 'deferred', 'withdrawn') and created_at >= $4::timestamptz and created_at < $5::timestamptz))
