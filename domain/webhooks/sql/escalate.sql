-- Tells webhooks something of their own, in this order: [{webhook_id, type, data}], at $3. None that is switched off, nor another organization's. Index: primary key.
with told as (
    insert into webhook_delivery (id, organization_id, webhook_id, event, body)
    select gen_random_uuid(), w.organization_id, w.id, one ->> 'type',
           jsonb_build_object('type', one -> 'type', 'timestamp', $3::timestamptz, 'data', one -> 'data')::text
      from jsonb_array_elements($2::jsonb) with ordinality as x(one, place)
      join webhook w on w.id = (one ->> 'webhook_id')::uuid and w.organization_id = $1::uuid and w.is_active and w.deleted_at is null
     order by x.place
    returning organization_id, webhook_id
)
select webhook_run(organization_id, webhook_id) from (select distinct organization_id, webhook_id from told order by webhook_id) w
