-- What a job of this type ($2), status ($3), priority ($4) and assignee ($5; null: nobody) begins with: the prefix of its key; what its status counts as
-- (null: there is no such); and the first of these that is not active. They are a row of their own, so that one plan serves whatever is given; it was
-- planned anew for each job. Index: those that keep references within an organization, membership_once.
with given as materialized (select $1::uuid as organization, $2::uuid as type, $3::uuid as status, $4::uuid as priority, $5::uuid as assignee)
select coalesce(t.key_prefix, 'JOB'), case when s.deleted_at is null then s.category end,
       case when not t.is_active then 'job_type_id'
            when not s.is_active then 'job_status_id'
            when not p.is_active then 'job_priority_id'
            when u.id is not null and not (u.is_active and m.is_active is true and m.deleted_at is null) then 'assigned_to_user_id' end
  from given g
  left join job_type t on t.organization_id = g.organization and t.id = g.type
  left join job_status s on s.organization_id = g.organization and s.id = g.status
  left join job_priority p on p.organization_id = g.organization and p.id = g.priority
  left join app_user u on u.organization_id = g.organization and u.id = g.assignee
  left join membership m on m.user_id = u.id and m.organization_id = g.organization
