-- Where a notification of this person's went, when and with what result: here first. No row: it is not theirs. Index: primary key, delivery_of_notification.
select json_build_array(json_build_object('id', null, 'channel', 'in_app', 'address', null, 'state', case when n.is_shown then case when n.read_at is null then 'sent' else 'delivered' end else 'suppressed' end,
                                          'attempts', 0, 'reason', null, 'created_at', n.created_at, 'due_at', null, 'ended_at', n.read_at, 'carried_by', null))::jsonb
       || coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'channel', d.channel, 'address', d.address, 'state', d.state, 'attempts', d.attempts, 'reason', d.reason,
                                                        'created_at', d.created_at, 'due_at', d.due_at, 'ended_at', d.ended_at, 'carried_by', d.carried_by) order by d.created_at)
                      from api.delivery d where d.notification_id = n.id), '[]')
  from notification n
 where n.id = $1::uuid and n.organization_id = $2::uuid and n.user_id = $3::uuid and n.deleted_at is null
