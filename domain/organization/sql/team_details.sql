-- A team with its department, its lead and its people. Index: primary keys, team_member_once.
select (to_jsonb(t) - 'organization_id' || jsonb_build_object(
           'department', (select jsonb_build_object('id', d.id, 'name', d.name, 'description', d.description) from department d where d.id = t.department_id and d.deleted_at is null),
           'lead', (select jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email) from app_user u where u.id = t.lead_user_id),
           'members', coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'user_id', m.user_id, 'name', m.user_name, 'email', m.email, 'role_in_team', m.role_in_team,
                                                                    'joined_at', m.joined_at) order by m.user_name) from api.team_member m where m.team_id = t.id), '[]')))::text
  from api.team t where t.organization_id = $1::uuid and t.id = $2::uuid
