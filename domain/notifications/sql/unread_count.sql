-- How many of a person's notifications are unread. Index: notification_unread.
select count(*) from notification where organization_id = $1::uuid and user_id = $2::uuid and read_at is null and deleted_at is null and is_shown
