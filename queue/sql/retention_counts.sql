-- How many dead runs, and how many events, attempts and ticks, retention would drop now.
select (select count(*) from run_archive_default where finished_at < clock_timestamp() - make_interval(days => $1::int)),
       (select count(*) from run_event where at < clock_timestamp() - make_interval(days => $1::int))
       + (select count(*) from run_attempt where ended_at < clock_timestamp() - make_interval(days => $1::int))
       + (select count(*) from schedule_fire where fire_at < clock_timestamp() - make_interval(days => $1::int))
