-- A file of a job whose bytes are in the vault. Index: primary key, attachment_storage_once.
insert into attachment (id, organization_id, job_id, uploaded_by_user_id, filename, content_type, size, sha256, storage_key, scan_state)
values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7, $8, $9, $10)
