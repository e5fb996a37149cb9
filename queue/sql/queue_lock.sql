-- One dispatcher at a time admits under this queue's limits.
select pg_try_advisory_xact_lock(hashtext('nightshift.queue'), hashtext($1))
