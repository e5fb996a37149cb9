-- The daily sweep of the vault, once for each organization: its schedule stays as people change it. Index: primary key, schedule_name_once.
with mine as (insert into attachment_sweep (organization_id) select id from organization where id = $1::uuid on conflict do nothing returning organization_id)
insert into schedule (id, organization_id, name, kind, cron, next_fire_at)
select gen_random_uuid(), organization_id, 'Attachment cleanup', 'attachment.cleanup', '@daily', date_trunc('day', clock_timestamp()) + interval '1 day' from mine
on conflict (organization_id, name) do nothing
