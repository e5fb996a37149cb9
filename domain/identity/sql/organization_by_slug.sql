-- The organization of that short name; with an empty one the only one there is.
select id, name from organization where deleted_at is null and ($1 = '' or slug = $1) order by created_at limit 2
