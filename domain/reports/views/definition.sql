-- Report definitions as they are shown.
create view api.report_definition as
select d.id, d.organization_id, d.owner_user_id, (select u.name from app_user u where u.id = d.owner_user_id) as owner_name, d.name, d.description, d.source, d.parameters,
       d.columns, d.filters, d.groups, d.chart, d.export_format, d.is_shared, d.version, d.created_at, d.updated_at
  from report_definition d where d.deleted_at is null;
