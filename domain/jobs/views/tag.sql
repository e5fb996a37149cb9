-- Tags as they are shown.
create view api.tag as
select t.id, t.organization_id, t.name, t.color,
       t.version, t.created_at, t.updated_at
  from tag t
 where t.deleted_at is null;
