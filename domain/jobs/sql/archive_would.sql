-- How many jobs archive_closed would archive, and the first of them. Index: job_closed, job_counted.
with closed as (
    select j.key, j.completed_at as at from job j
     where j.organization_id = $1::uuid and j.completed_at < $2::timestamptz and j.archived_at is null and j.deleted_at is null
    union all
    select j.key, coalesce(j.status_since, j.updated_at) from job_status s join job j on j.organization_id = s.organization_id and j.job_status_id = s.id
     where s.organization_id = $1::uuid and s.category = 'cancelled' and j.completed_at is null and j.deleted_at is null and j.archived_at is null
       and coalesce(j.status_since, j.updated_at) < $2::timestamptz
)
select (select count(*) from closed), (select coalesce(json_agg(key), '[]')::text from (select key from closed order by at limit 20) x)
