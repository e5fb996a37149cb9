-- The time zone of who asks, else of the organization. Index: primary keys.
select coalesce((select u.time_zone from app_user u where u.id = nullif($2, '')::uuid and u.organization_id = o.id), o.time_zone) from organization o where o.id = $1::uuid
