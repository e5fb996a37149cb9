-- Something unusual happened to a run.
insert into run_event (run_id, at, actor, event, detail) values ($1, clock_timestamp(), $2, $3, $4::jsonb)
