-- Who is to be reminded from now ($2) on, each once: the key decides, which costs less than asking first. Held until the person may be disturbed and has not put
-- it off; what would then be over is told now. Index: those of api.reminder_pairs, reminder_once.
insert into reminder (rule_id, subject_id, user_id, occurrence, organization_id, job_id, roles, due_at, send_at, state, created_at)
select p.rule_id, p.subject_id, p.user_id, p.occurrence, $1::uuid, p.job_id, p.roles, p.due_at,
       greatest(case when p.opens >= p.useless_at then p.wanted else p.opens end, s.until), 'held', $2::timestamptz
  from api.reminder_pairs($1::uuid, null, $3::timestamptz, $2::timestamptz, $2::timestamptz) p
  left join reminder_snooze s on s.user_id = p.user_id and s.job_id = p.job_id and s.until > $2::timestamptz
 where p.sees and p.how <> 'off'
on conflict on constraint reminder_once do nothing
