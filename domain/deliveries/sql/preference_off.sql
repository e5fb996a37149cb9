-- Somebody wants no more mail of these. Index: primary key, membership_once.
insert into notification_preference (user_id, organization_id, event, channel, mode)
select m.user_id, m.organization_id, e, 'email', 'off' from membership m cross join unnest($3::text[]) e where m.organization_id = $1::uuid and m.user_id = $2::uuid
on conflict (user_id, organization_id, event, channel) do update set mode = 'off', updated_at = clock_timestamp()
