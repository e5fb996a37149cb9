-- Looked at up to this moment. Index: primary key.
update reminder_cursor set swept_until = greatest(swept_until, $2::timestamptz) where organization_id = $1::uuid
