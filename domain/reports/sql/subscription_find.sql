-- A subscription whose turn it is, held against changes. Index: primary key.
select s.name, s.report_type, s.parameters::text, s.export_format, s.time_zone, array_to_json(s.recipients)::text, s.owner_user_id, s.status, coalesce(s.schedule_id::text, '')
  from report_subscription s where s.id = $1::uuid and s.organization_id = $2::uuid and s.deleted_at is null for update
