-- Clocks of an organization are worked out by one sweep at a time: an older answer never overwrites a newer one.
select pg_advisory_xact_lock(hashtext('sla'), hashtext($1))
