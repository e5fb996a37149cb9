-- Asks a running run to stop. Index: primary key.
with asked as (
    update run set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp())
     where id = $1 and organization_id = $2 and state = 'running' returning id
), told as (
    insert into run_event (run_id, at, actor, event, detail)
    select id, clock_timestamp(), $3, 'cancel_requested', jsonb_build_object('reason', $4::text) from asked
)
select id from asked
