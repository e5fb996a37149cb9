-- Events older than a week go, so many at a time. Index: event_by_time.
delete from event where id in (select id from event where at < statement_timestamp() - interval '7 days' order by at limit 5000)
