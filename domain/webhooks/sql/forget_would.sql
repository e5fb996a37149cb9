-- How many deliveries ended before $2. Index: webhook_delivery_ended.
select count(*) from webhook_delivery where organization_id = $1::uuid and ended_at < $2::timestamptz and state in ('delivered', 'withdrawn', 'dead')
