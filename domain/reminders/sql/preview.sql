-- Who would be reminded by a rule ($2) up to $4, of what, when, why, or why not; as far as the caller ($5) may see the jobs. Index: those of api.reminder_pairs.
select coalesce(json_agg(json_build_object('user_id', x.user_id, 'user_name', x.name, 'job_id', x.job_id, 'key', x.key, 'title', x.title, 'roles', x.roles,
           'due_at', x.due_at, 'send_at', case when x.obstacle is null then x.send_at end, 'outcome', case when x.obstacle is not null then 'not_told' when x.send_at > x.due_at and x.send_at > $3::timestamptz
           then 'held' else 'told' end, 'why', coalesce(x.obstacle, x.why)) order by x.send_at, x.name, x.key), '[]')::text
  from (select p.user_id, u.name, p.job_id, j.key, j.title, p.roles, p.due_at, w.send_at,
               case when not p.sees then 'may not see this job'
                    when p.how = 'off' then 'does not want these reminders'
                    when k.state in ('sent', 'digest') then 'was reminded already, at ' || to_char(k.settled_at at time zone p.zone, 'YYYY-MM-DD HH24:MI')
                    when k.state = 'withdrawn' then 'was not reminded: ' || k.reason end as obstacle,
               array_to_string(p.roles, ', ') || ' of it'
                   || case when m.reason is not null then '; moved to ' || to_char(m.moved_to at time zone p.zone, 'FMDay YYYY-MM-DD') || ': ' || m.reason else '' end
                   || case when s.until is not null and s.until >= p.opens then '; put off until ' || to_char(s.until at time zone p.zone, 'YYYY-MM-DD HH24:MI')
                           when p.opens > p.wanted and p.opens >= p.useless_at then '; it would be over when quiet hours end, so it comes at once'
                           when p.opens > p.wanted and m.reason is null then '; held until quiet hours or days off end' else '' end
                   || case p.how when 'digest' then '; in the digest' else '' end as why
          from api.reminder_pairs($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $4::timestamptz) p
          join reminder_rule r on r.id = p.rule_id
          join job j on j.id = p.job_id
          join app_user u on u.id = p.user_id
          left join notification_hours h on h.user_id = p.user_id and h.organization_id = $1::uuid
          left join reminder_snooze s on s.user_id = p.user_id and s.job_id = p.job_id and s.until > $3::timestamptz
          left join reminder k on k.rule_id = p.rule_id and k.subject_id = p.subject_id and k.user_id = p.user_id and k.occurrence = p.occurrence
         cross join lateral (select case r.trigger when 'due_day' then api.last_tick(p.occurrence, p.zone, r.at, null, null)
                                                   when 'overdue' then api.next_tick($3::timestamptz, p.zone, r.at, null, null) else p.wanted end as meant,
                                    case when r.trigger in ('due_day', 'overdue') then p.due_at when p.opens < p.useless_at then p.opens else p.wanted end as moved_to) t
         cross join lateral (select t.moved_to, case when t.moved_to <> t.meant then api.day_off_named($1::uuid, (t.meant at time zone p.zone)::date, h.working_days) end as reason) m
         cross join lateral (select coalesce(case when k.state = 'held' then k.send_at end, greatest(case when p.opens >= p.useless_at then p.wanted else p.opens end, s.until)) as send_at) w
         where p.due_at <= $4::timestamptz and ($5::uuid is null or api.may_see_job(p.job_id, $5::uuid))
         order by w.send_at, u.name, j.key
         limit $6) x
