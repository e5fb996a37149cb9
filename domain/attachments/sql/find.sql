-- Where a file's bytes are. With a null organization only for who showed a signed address. Index: primary key.
select a.storage_key, a.filename, a.content_type, a.size, a.sha256
  from attachment a join job j on j.id = a.job_id and j.deleted_at is null
 where a.id = $1::uuid and ($2::uuid is null or a.organization_id = $2::uuid) and a.deleted_at is null
