-- Leave to upload one file within so many seconds. Index: primary key.
insert into attachment_upload (storage_key, organization_id, job_id, user_id, filename, size, expires_at)
values ($1, $2::uuid, $3::uuid, $4::uuid, $5, $6, clock_timestamp() + make_interval(secs => $7::double precision))
