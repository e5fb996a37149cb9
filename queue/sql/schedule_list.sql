-- An organization's schedules by name. Index: schedule_name_once.
select coalesce(jsonb_agg(row), '[]')::text
  from (select to_jsonb(s) - 'organization_id' as row from schedule s where s.organization_id = $1 order by s.name limit $2 offset $3) rows
