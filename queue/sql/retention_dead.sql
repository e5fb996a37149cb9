-- Dead runs past their own, longer retention. They lie in the default partition once their day was dropped.
delete from run_archive_default where finished_at < clock_timestamp() - make_interval(days => $1::int)
