-- The engine's busiest tables: dead rows beside live ones, and when they were last cleaned.
select relname, n_dead_tup, n_live_tup from pg_stat_user_tables
 where relname in ('run', 'incarnation', 'schedule') and n_dead_tup > 100000 and n_dead_tup > 2 * n_live_tup
 order by n_dead_tup desc
