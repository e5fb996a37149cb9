-- One at a time may find out that there is nobody yet.
select pg_advisory_xact_lock(hashtext('nightshift.first_user'))
