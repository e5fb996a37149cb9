-- A person with their department and their teams. Index: primary keys, membership_once, team_member_of_user.
select (to_jsonb(u) - 'organization_id' || jsonb_build_object(
           'department', (select jsonb_build_object('id', d.id, 'name', d.name, 'description', d.description,
                                                    'manager', (select jsonb_build_object('id', p.id, 'name', p.name) from app_user p where p.id = d.manager_user_id and p.deleted_at is null))
                            from department d where d.id = u.department_id and d.deleted_at is null),
           'teams', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'department_id', t.department_id, 'role_in_team', m.role_in_team,
                                                                  'joined_at', m.joined_at, 'leads', t.lead_user_id is not distinct from u.id) order by t.name, t.id)
                                from team t left join team_member m on m.team_id = t.id and m.user_id = u.id and m.deleted_at is null
                               where t.organization_id = $1::uuid and t.deleted_at is null and (m.id is not null or t.lead_user_id = u.id)), '[]')))::text
  from api.app_user u where u.organization_id = $1::uuid and u.id = $2::uuid
