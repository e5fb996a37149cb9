-- The promises of an organization in their order: the active ones, or with $2 that one, active or not. Index: sla_policy_active, primary key.
select p.id, p.name, p.job_type_id, p.job_priority_id, p.department_id, p.calendar_id, p.first_response_minutes, p.resolution_minutes, p.warn_at::text,
       coalesce(p.repeat_every, 0), p.pause_status_ids::text, p.on_reopen, p.escalation::text, p.active_since
  from sla_policy p
 where p.organization_id = $1::uuid and p.deleted_at is null and case when $2::uuid is null then p.is_active else p.id = $2::uuid end
 order by p.position, p.created_at, p.id
