-- Marks one of a person's notifications read, or with a null id all of them. Index: primary key, notification_unread.
update notification set read_at = clock_timestamp()
 where organization_id = $1::uuid and user_id = $2::uuid and ($3::uuid is null or id = $3::uuid) and read_at is null and deleted_at is null
