-- Notes what came, and says which file that was before. Index: primary key.
with before as (select storage_key, file_key from attachment_upload where storage_key = $1 and expires_at > statement_timestamp() for update)
update attachment_upload u set received_size = $2, sha256 = $3, content_type = $4, scan_state = $5, file_key = $6
  from before b where u.storage_key = b.storage_key returning coalesce(b.file_key, '')
