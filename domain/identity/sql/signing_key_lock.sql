-- One process at a time makes a key.
select pg_advisory_xact_lock(hashtext('nightshift.signing_key'))
