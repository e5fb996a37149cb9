-- Which of these keys somebody still counts on: a file's, or an upload's that has not expired. Index: attachment_storage_once.
select storage_key from attachment where storage_key = any($1::text[]) and deleted_at is null
union select file_key from attachment_upload where file_key = any($1::text[]) and expires_at > statement_timestamp() - interval '1 hour'
