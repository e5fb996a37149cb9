-- Who keeps dead rows from being cleaned up, transactions and slots, for longer than $1 seconds, oldest first.
select * from (
    select 'transaction of ' || coalesce(nullif(application_name, ''), usename::text, backend_type) || ' (pid ' || pid || ', ' || coalesce(state, '?') || ')' as who,
           extract(epoch from clock_timestamp() - xact_start)::float8 as age
      from pg_stat_activity
     where backend_xmin is not null and xact_start < statement_timestamp() - make_interval(secs => $1::float8) and pid <> pg_backend_pid()
       and backend_type <> 'autovacuum worker' and (datname is null or datname = current_database())
    union all
    select 'prepared transaction ' || gid, extract(epoch from clock_timestamp() - prepared)::float8 from pg_prepared_xacts
     where prepared < statement_timestamp() - make_interval(secs => $1::float8) and database = current_database()
    union all
    select 'replication slot ' || slot_name, null from pg_replication_slots where not active and (xmin is not null or catalog_xmin is not null)
) pins order by age desc nulls last limit 5
