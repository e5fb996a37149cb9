-- A person and all whom they lead: of their departments, and in their teams. Index: user_of_department, and that of the members of a team.
select u.id
  from app_user u
 where u.organization_id = $1::uuid and u.deleted_at is null
   and (u.id = $2::uuid
        or u.department_id in (select d.id from department d where d.organization_id = $1::uuid and d.manager_user_id = $2::uuid and d.deleted_at is null)
        or u.id in (select m.user_id from team t join team_member m on m.team_id = t.id and m.deleted_at is null
                     where t.organization_id = $1::uuid and t.lead_user_id = $2::uuid and t.deleted_at is null))
