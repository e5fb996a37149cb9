-- API keys as they are shown: never what opens.
create view api.api_key as
select k.id, k.organization_id, k.user_id, u.name as user_name, k.name, to_json(k.permissions) as permissions, k.expires_at, x.last_used_at,
       coalesce(k.expires_at <= statement_timestamp(), false) as is_expired, k.version, k.created_at, k.updated_at
  from api_key k
  join app_user u on u.id = k.user_id
  left join api_key_use x on x.key_id = k.id
 where k.deleted_at is null;
