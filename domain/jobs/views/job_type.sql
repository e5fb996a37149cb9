-- Job types as they are shown.
create view api.job_type as
select t.id, t.organization_id, t.name, t.description, t.class, t.key_prefix, t.ordered_tasks, t.is_active,
       t.version, t.created_at, t.updated_at
  from job_type t
 where t.deleted_at is null;
