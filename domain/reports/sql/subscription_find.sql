-- A subscription whose turn it is, held against changes; of one to a definition, what that asks now, over it the subscription's own parameters; no
-- definition any more: the last column says so. Index: primary keys.
select s.name, coalesce(d.source, s.report_type),
       (case when s.parameters ?| array['period', 'start_date', 'end_date'] then coalesce(d.parameters, '{}') - array['period', 'start_date', 'end_date']
             else coalesce(d.parameters, '{}') end || s.parameters)::text,
       s.export_format, s.time_zone, array_to_json(s.recipients)::text, s.owner_user_id, s.status, coalesce(s.schedule_id::text, ''),
       case when d.id is not null then jsonb_strip_nulls(jsonb_build_object('columns', d.columns, 'filters', d.filters, 'groups', d.groups, 'chart', d.chart)) else '{}' end::text,
       s.definition_id is not null and d.id is null
  from report_subscription s
  left join report_definition d on d.id = s.definition_id and d.deleted_at is null
 where s.id = $1::uuid and s.organization_id = $2::uuid and s.deleted_at is null for update of s
