-- Somebody's place in a team. Index: team_member_once.
select id from team_member where organization_id = $1::uuid and team_id = $2::uuid and user_id = $3::uuid and deleted_at is null
