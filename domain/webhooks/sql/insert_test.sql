-- A delivery that tells nothing but that it came.
with made as (
    insert into webhook_delivery (id, organization_id, webhook_id, event, body)
    values ($1::uuid, $2::uuid, $3::uuid, 'webhook_test', jsonb_build_object('type', 'webhook_test', 'timestamp', clock_timestamp(), 'data', jsonb_build_object('webhook_id', $3::uuid))::text)
    returning organization_id, webhook_id
)
select webhook_run(organization_id, webhook_id) from made
