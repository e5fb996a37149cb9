-- Takes jobs whose due date has come, the longest overdue first, at most $3 of them: each due date once (job_overdue), with its line in the history of its job
-- and its event. Tells who is to know: who works on it, who manages its department, or else who leads its team. Locks rows of job_due_watch only; what
-- another sweep holds is left to it. Cost grows with what is due. Index: job_due_next, primary keys.
with due as materialized (
    select w.ctid as place from job_due_watch w where w.due_at <= $2::timestamptz and w.organization_id = $1::uuid
     order by w.due_at limit $3::int for update skip locked
), taken as (
    delete from job_due_watch w where w.ctid = any(array(select place from due)) returning w.job_id, w.due_at
), late as (
    insert into job_overdue (job_id, due_date, organization_id, noticed_at)
    select t.job_id, t.due_at, $1::uuid, $2::timestamptz from taken t on conflict do nothing returning job_id, due_date
), noted as (
    insert into audit_log (organization_id, actor, action, subject, subject_id, changed)
    select $1::uuid, a.actor, 'updated', 'job', l.job_id, '{"is_overdue": [false, true]}'
      from late l, (select coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system') as actor) a
), told as (
    insert into event (organization_id, type, actor, job_id, subject_id, data)
    select $1::uuid, 'job_overdue', a.actor, l.job_id, l.job_id, jsonb_build_object('due_date', l.due_date)
      from late l, (select coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system') as actor) a
)
select l.job_id, j.key, j.title, l.due_date, concat_ws(',', j.assigned_to_user_id, coalesce(d.manager_user_id, t.lead_user_id)), c.taken
  from (select count(*) as taken from taken) c
  left join late l on true
  left join job j on j.id = l.job_id
  left join department d on d.id = j.department_id and d.deleted_at is null
  left join team t on t.id = j.team_id and t.deleted_at is null
