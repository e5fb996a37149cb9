-- Teams as they are shown.
create view api.team as
select t.id, t.organization_id, t.name, t.description, t.department_id, t.lead_user_id,
       (select d.name from department d where d.id = t.department_id) as department_name,
       (select count(*)::int from team_member m where m.team_id = t.id and m.deleted_at is null) as member_count,
       t.version, t.created_at, t.updated_at
  from team t
 where t.deleted_at is null;
