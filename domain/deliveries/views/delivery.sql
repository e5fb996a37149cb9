-- What was sent to whom, and what came of it. One that another carries stands as that one does.
create view api.delivery as
select d.id, d.organization_id, d.channel, d.user_id, d.address, d.event, d.mode, d.notification_id, coalesce(n.title, d.message ->> 'subject') as title, n.job_id,
       case d.state when 'carried' then c.state else d.state end as state, case d.state when 'carried' then c.reason else d.reason end as reason, d.attempts, d.carried_by,
       d.due_at, d.created_at, d.ended_at, 1 as version, coalesce(d.ended_at, d.created_at) as updated_at
  from delivery d
  left join delivery c on c.id = d.carried_by
  left join notification n on n.id = d.notification_id;
