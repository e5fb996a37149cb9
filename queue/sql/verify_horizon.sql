-- Since when `verify` can look: $1 seconds back, but not beyond the oldest partition of the archive that retention left.
select greatest(now() - make_interval(secs => $1::float8), (min(to_date(right(c.relname, 8), 'YYYYMMDD'))::timestamp at time zone 'UTC'))
  from pg_class c join pg_inherits i on i.inhrelid = c.oid
 where i.inhparent = 'run_archive'::regclass and c.relname ~ '^run_archive_[0-9]{8}$'
