-- Spends leave to upload: what came is the caller's to attach to the job it was given for. Index: primary key.
delete from attachment_upload where storage_key = $1 and organization_id = $2::uuid and job_id = $3::uuid and user_id = $4::uuid and received_size is not null
returning filename, received_size, sha256, content_type, scan_state, file_key
