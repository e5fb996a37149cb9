-- Scheduled runs whose moment has come are ready. Index: run_scheduled.
with due as (
    select id from run where state = 'scheduled' and ready_at <= clock_timestamp() order by ready_at limit $1 for update skip locked
)
update run r set state = 'ready', ready_at = clock_timestamp() from due where r.id = due.id
returning r.queue
