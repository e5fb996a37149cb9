-- Whom a mention means: a unique local part of an address, or a whole address. Index: user_email_once.
select id from app_user where organization_id = $1::uuid and deleted_at is null and is_active
   and (lower(email) = lower($2) or lower(split_part(email, '@', 1)) = lower($2)) limit 2
