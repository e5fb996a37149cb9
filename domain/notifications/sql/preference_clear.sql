-- What somebody wants to be told is said anew. Index: primary key.
delete from notification_preference where organization_id = $1::uuid and user_id = $2::uuid
