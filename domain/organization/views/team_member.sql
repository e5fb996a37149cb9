-- Who is in a team, and as what.
create view api.team_member as
select m.id, m.organization_id, m.team_id, m.user_id, m.role_in_team, m.joined_at,
       u.name as user_name, u.email, t.name as team_name,
       m.version, m.created_at, m.updated_at
  from team_member m
  join app_user u on u.id = m.user_id
  join team t on t.id = m.team_id and t.deleted_at is null
 where m.deleted_at is null;
