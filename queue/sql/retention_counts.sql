-- How many dead runs, and how many events, attempts and ticks, retention would drop now.
select (select count(*) from run_archive_default where finished_at < statement_timestamp() - make_interval(days => $1::int)),
       (select count(*) from run_event where at < statement_timestamp() - make_interval(days => $1::int))
       + (select count(*) from run_attempt where ended_at < statement_timestamp() - make_interval(days => $1::int))
       + (select count(*) from schedule_fire where fire_at < statement_timestamp() - make_interval(days => $1::int))
