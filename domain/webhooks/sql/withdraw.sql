-- A webhook that is switched off gets nothing of what waited for it. Index: webhook_delivery_open.
update webhook_delivery set state = 'withdrawn', reason = 'the webhook is switched off', ended_at = clock_timestamp() where webhook_id = $1::uuid and state in ('intended', 'deferred')
