-- Who put off meanwhile what was held waits on. Index: reminder_snooze_ends, reminder_held.
update reminder k set send_at = z.until
  from reminder_snooze z
 where z.organization_id = $1::uuid and z.until > $2::timestamptz and z.told_at is null
   and k.organization_id = $1::uuid and k.state = 'held' and k.send_at <= $2::timestamptz and k.user_id = z.user_id and k.job_id = z.job_id
