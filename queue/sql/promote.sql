-- Scheduled runs whose moment has come are ready. By key, so that millions which are not due cost nothing (docs/decisions/0004-hot-path.md).
-- Index: run_scheduled.
with due as (
    select id from run where state = 'scheduled' and ready_at <= statement_timestamp() order by ready_at limit $1 for update skip locked
)
update run r set state = 'ready', ready_at = clock_timestamp() where r.id = any(array(select id from due))
returning r.queue
