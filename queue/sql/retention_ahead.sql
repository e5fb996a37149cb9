-- Makes the partitions of the next days.
select run_archive_partitions((clock_timestamp() at time zone 'UTC')::date, 4)
