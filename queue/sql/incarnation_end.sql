-- A process leaves of its own accord: nothing to wait for.
update incarnation set ended_at = clock_timestamp(), busy = 0, lease_until = clock_timestamp() where id = $1 and ended_at is null
