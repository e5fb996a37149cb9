-- Asks a process to drain: it hears of it at its next beat.
update incarnation set drain_requested_at = coalesce(drain_requested_at, clock_timestamp()) where id = $1 and ended_at is null returning id
