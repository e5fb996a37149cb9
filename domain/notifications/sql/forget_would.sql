-- How many notifications were made before $2, but those that a mail tells which is kept. Index: notification_by_time, delivery_of_notification.
select count(*) from notification n
 where n.organization_id = $1::uuid and n.created_at < $2::timestamptz and not exists (select from delivery d where d.notification_id = n.id)
