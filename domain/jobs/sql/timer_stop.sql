-- Stops a running timer. One that ran implausibly long or over other logs is kept and flagged: nobody is locked out of stopping.
-- Index: primary key, time_log_no_overlap.
update time_log l set end_time = greatest(clock_timestamp(), l.start_time),
       needs_review = l.needs_review or clock_timestamp() - l.start_time > interval '16 hours'
           or exists (select 1 from time_log o where o.user_id = l.user_id and o.id <> l.id and o.end_time is not null and o.deleted_at is null
                        and tstzrange(o.start_time, o.end_time) && tstzrange(l.start_time, greatest(clock_timestamp(), l.start_time)))
 where l.id = $2::uuid and l.organization_id = $1::uuid and l.end_time is null and l.deleted_at is null
returning l.id
