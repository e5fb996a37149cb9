-- The next deliveries of a destination in their order: their tries begin. Index: webhook_delivery_open.
with due as (
    select id from webhook_delivery where webhook_id = $1::uuid and state in ('intended', 'deferred') and due_at <= statement_timestamp() order by due_at, seq limit $2::int
), begun as (
    update webhook_delivery d set attempts = attempts + 1, began_at = clock_timestamp() from due where d.id = due.id returning d.id, d.seq, d.event, d.body, d.attempts, d.due_at
)
select id, event, body, attempts from begun order by due_at, seq
