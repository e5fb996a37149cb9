-- One calendar is the default: the one before is it no longer. Index: calendar_one_default.
update calendar set is_default = false where organization_id = $1::uuid and is_default and id <> $2::uuid and deleted_at is null
