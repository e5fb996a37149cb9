-- What else waits to go to the same person about the same: this mail carries it. Index: delivery_open.
update delivery o set state = 'carried', carried_by = d.id, ended_at = clock_timestamp()
  from delivery d
 where d.id = $1::uuid and o.id <> d.id and o.user_id = d.user_id and o.organization_id = d.organization_id and o.channel = d.channel and o.mode = d.mode
   and o.subject = d.subject and o.state = 'intended' and o.attempts = 0 and o.notification_id is not null and (o.mode = 'now' or o.due_at <= greatest(d.due_at, clock_timestamp()))
