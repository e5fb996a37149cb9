-- Which of these there are ($2), switched off or not. Index: primary key.
select id from webhook where organization_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null
