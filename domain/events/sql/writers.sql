-- Transactions that have written an event and not ended: each holds this lock from before it took a number until after all see what it did.
select distinct virtualtransaction from pg_locks
 where locktype = 'relation' and relation = 'event'::regclass and database = (select oid from pg_database where datname = current_database())
   and mode = 'RowExclusiveLock' and granted and pid <> pg_backend_pid()
