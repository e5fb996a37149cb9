-- Jobs of a past time that a promise would have been about, a page at a time. Index: job_by_creation.
select j.id, j.created_at from job j
 where j.organization_id = $1::uuid and j.deleted_at is null and j.created_at >= $2::timestamptz and j.created_at < $3::timestamptz
   and ($4::uuid is null or j.job_type_id = $4::uuid) and ($5::uuid is null or j.job_priority_id = $5::uuid) and ($6::uuid is null or j.department_id = $6::uuid)
   and (j.created_at, j.id) > ($7::timestamptz, $8::uuid)
 order by j.created_at, j.id limit $9::int
