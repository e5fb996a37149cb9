-- Job priorities as they are shown.
create view api.job_priority as
select t.id, t.organization_id, t.name, t.slug, t.description, t.level, t.color, t.is_active,
       t.version, t.created_at, t.updated_at
  from job_priority t
 where t.deleted_at is null;
