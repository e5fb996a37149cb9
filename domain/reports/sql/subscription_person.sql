-- People by id, those who are there: id, name, whether $3 leads them. Index: primary keys.
select u.id, u.name, exists (select 1 from department d where d.id = u.department_id and d.manager_user_id = $3::uuid)
                     or exists (select 1 from team_member m join team t on t.id = m.team_id where m.user_id = u.id and m.deleted_at is null and t.lead_user_id = $3::uuid)
  from app_user u
  join membership m on m.user_id = u.id and m.organization_id = $1::uuid and m.is_active and m.deleted_at is null
 where u.id = any($2::uuid[]) and u.is_active and u.deleted_at is null
