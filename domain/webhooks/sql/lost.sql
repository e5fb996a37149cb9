-- Tries of a worker that is gone: nobody knows what came of them, and the same webhook-id goes out again. Index: webhook_delivery_open.
with lost as (
    update webhook_delivery set began_at = null where webhook_id = $1::uuid and state in ('intended', 'deferred') and began_at is not null returning id, attempts
)
insert into webhook_attempt (delivery_id, number, state, message) select id, attempts, 'unknown', 'the worker ended before it said what came of it' from lost on conflict do nothing
