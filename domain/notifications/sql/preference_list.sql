-- What somebody wants to be told. Index: primary key.
select coalesce(json_agg(json_build_object('event', event, 'channel', channel, 'mode', mode) order by event, channel), '[]')::text
  from notification_preference where organization_id = $1::uuid and user_id = $2::uuid
