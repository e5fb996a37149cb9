-- Which of these people, each with the session they came with or none, are still active and signed in, and what they may now.
-- Index: membership_once, refresh_token_family.
select t.n - 1, to_json(r.permissions)::text
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality t(session, user_id, organization_id, n)
  join membership m on m.user_id = t.user_id::uuid and m.organization_id = t.organization_id::uuid and m.is_active and m.deleted_at is null
  join role r on r.id = m.role_id and r.deleted_at is null
  join app_user u on u.id = m.user_id and u.is_active and u.deleted_at is null
 where t.session = ''
    or (exists (select 1 from refresh_token f where f.family = nullif(t.session, '')::uuid and f.expires_at > statement_timestamp())
        and not exists (select 1 from refresh_token f where f.family = nullif(t.session, '')::uuid and f.revoked_at is not null))
