-- Archives jobs that were done or cancelled before $2, $3 at most: out of the lists, still there by id and in reports. Index: job_closed, job_counted.
with closed as (
    (select j.id from job j
      where j.organization_id = $1::uuid and j.completed_at < $2::timestamptz and j.archived_at is null and j.deleted_at is null
      order by j.completed_at limit $3)
    union
    (select j.id from job_status s join job j on j.organization_id = s.organization_id and j.job_status_id = s.id
      where s.organization_id = $1::uuid and s.category = 'cancelled' and j.deleted_at is null and j.archived_at is null
        and coalesce(j.status_since, j.updated_at) < $2::timestamptz limit $3)
)
update job j set archived_at = $4::timestamptz
 where j.id in (select id from closed limit $3) and j.archived_at is null
returning j.key
