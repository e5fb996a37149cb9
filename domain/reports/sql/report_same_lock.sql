-- Who asks the same question ($1) at the same moment waits for the other's commit.
select pg_advisory_xact_lock(hashtextextended($1, 8))
