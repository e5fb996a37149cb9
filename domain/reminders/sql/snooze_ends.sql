-- What people put off until now, where it still is to be done and theirs to see; each once. Index: reminder_snooze_ends.
with over as (
    update reminder_snooze z set told_at = $2::timestamptz
     where z.organization_id = $1::uuid and z.until <= $2::timestamptz and z.told_at is null
    returning z.user_id, z.job_id
)
select z.user_id, z.job_id, j.key, j.title, j.due_date, api.known_zone(u.time_zone, o.time_zone)
  from over z
  join job j on j.id = z.job_id and j.deleted_at is null and j.archived_at is null
  join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
  join app_user u on u.id = z.user_id and u.is_active and u.deleted_at is null
  join organization o on o.id = j.organization_id
 where api.may_see_job(z.job_id, z.user_id) and api.told_how(z.user_id, $1::uuid, 'reminder_snoozed') <> 'off'
