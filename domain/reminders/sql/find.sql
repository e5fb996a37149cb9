-- Who is to be reminded from now ($2) on, each once: the key decides. Held until the person may be disturbed and has not put it off; what would then be
-- over is told now. Index: those of api.reminder_pairs, reminder_once.
insert into reminder (rule_id, subject_id, user_id, occurrence, organization_id, job_id, roles, due_at, send_at, state, created_at)
select p.rule_id, p.subject_id, p.user_id, p.occurrence, $1::uuid, p.job_id, p.roles, p.due_at,
       greatest(case when o.opens >= p.useless_at then $2::timestamptz else o.opens end, s.until), 'held', $2::timestamptz
  from api.reminder_pairs($1::uuid, null, $3::timestamptz, $2::timestamptz, $2::timestamptz) p
  join reminder_rule r on r.id = p.rule_id
  left join notification_hours h on h.user_id = p.user_id and h.organization_id = $1::uuid
  left join reminder_snooze s on s.user_id = p.user_id and s.job_id = p.job_id and s.until > $2::timestamptz
 cross join lateral (select case when h.user_id is null or not r.heeds_quiet_hours then $2::timestamptz
                                 else api.open_from($2::timestamptz, p.zone, h.quiet_from, h.quiet_to, h.working_days) end as opens) o
 where not exists (select from reminder k where k.rule_id = p.rule_id and k.subject_id = p.subject_id and k.user_id = p.user_id and k.occurrence = p.occurrence)
   and p.sees and p.how <> 'off'
on conflict on constraint reminder_once do nothing
