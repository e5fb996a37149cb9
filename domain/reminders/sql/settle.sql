-- What became of what was due, with the notification that told it. Index: reminder_once.
update reminder k set state = x.state, notification_id = nullif(x.notification_id, '')::uuid, reason = nullif(x.reason, ''), settled_at = $2::timestamptz
  from jsonb_to_recordset($1::jsonb) as x(rule_id uuid, subject_id uuid, user_id uuid, occurrence timestamptz, state text, notification_id text, reason text)
 where k.rule_id = x.rule_id and k.subject_id = x.subject_id and k.user_id = x.user_id and k.occurrence = x.occurrence and k.state = 'held'
