-- Leave that expired long ago. The table is small: only what was promised lately.
delete from attachment_upload where expires_at < statement_timestamp() - interval '1 hour'
