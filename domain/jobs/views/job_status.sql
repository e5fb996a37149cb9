-- Job statuses as they are shown.
create view api.job_status as
select t.id, t.organization_id, t.name, t.slug, t.description, t.display_order, t.category, t.pauses_sla, t.is_default, t.is_active,
       t.version, t.created_at, t.updated_at
  from job_status t
 where t.deleted_at is null;
