-- Partitions of the archive that lie wholly before the retention limit.
select c.relname from pg_class c join pg_inherits i on i.inhrelid = c.oid
 where i.inhparent = 'run_archive'::regclass and c.relname ~ '^run_archive_[0-9]{8}$'
   and to_date(right(c.relname, 8), 'YYYYMMDD') < (clock_timestamp() at time zone 'UTC')::date - $1::int
