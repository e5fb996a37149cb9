-- Notes what came. Index: primary key.
update attachment_upload set received_size = $2, sha256 = $3, content_type = $4, scan_state = $5
 where storage_key = $1 and expires_at > clock_timestamp() returning 1
