-- The server as it is set up: version, encoding, clock, durability, room for connections.
select current_setting('server_version'), current_setting('server_version_num')::int, pg_encoding_to_char(encoding), extract(epoch from clock_timestamp())::float8,
       current_setting('fsync') = 'on', current_setting('synchronous_commit') <> 'off', current_setting('autovacuum') = 'on' and current_setting('track_counts') = 'on',
       pg_is_in_recovery(),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')
  from pg_database where datname = current_database()
