-- Stops a running timer. An implausibly long one is kept and flagged: nobody is locked out of stopping. Index: primary key.
update time_log set end_time = greatest(clock_timestamp(), start_time), needs_review = needs_review or clock_timestamp() - start_time > interval '16 hours'
 where id = $2::uuid and organization_id = $1::uuid and end_time is null and deleted_at is null
returning id
