-- A live person of an organization; whether $3 leads them: their department, or a team they are in. Index: membership_once, team_member_of_user.
select u.id, u.name, exists (select 1 from department d where d.id = u.department_id and d.manager_user_id = $3::uuid)
                     or exists (select 1 from team_member m join team t on t.id = m.team_id where m.user_id = u.id and m.deleted_at is null and t.lead_user_id = $3::uuid)
  from app_user u join membership m on m.user_id = u.id and m.organization_id = $1::uuid and m.deleted_at is null
 where u.id = $2::uuid and u.deleted_at is null
