-- One thing somebody wants to be told, or not. Index: primary key.
insert into notification_preference (organization_id, user_id, event, channel, mode) values ($1::uuid, $2::uuid, $3, $4, $5)
on conflict (user_id, organization_id, event, channel) do update set mode = excluded.mode, updated_at = clock_timestamp()
