-- Leave to upload that still holds. Index: primary key.
select size, filename from attachment_upload where storage_key = $1 and expires_at > statement_timestamp()
