-- $2 believable jobs over the year before now; which is which follows from the job's number alone, so every seed is the same.
-- Nothing happens where jobs exist.
with setting as (
    select (select array_agg(id order by name) from department where organization_id = $1) as departments,
           (select array_agg(id order by name) from job_type where organization_id = $1) as types,
           (select array_agg(id order by display_order) from job_status where organization_id = $1) as statuses,
           (select array_agg(id order by level) from job_priority where organization_id = $1) as priorities,
           (select array_agg(id order by email) from app_user where organization_id = $1) as people,
           array['Install', 'Inspect', 'Repair', 'Replace', 'Calibrate', 'Survey', 'Upgrade', 'Clean', 'Document', 'Decommission'] as verbs,
           array['the cooling unit', 'three access points', 'the backup generator', 'the solar inverter', 'fire dampers', 'the lift controller',
                 'a heat pump', 'emergency lighting', 'the control cabinet', 'water meters', 'the loading dock gate', 'café equipment'] as things,
           array['Lyon', 'Göteborg', 'Αθήνα', 'Kraków', 'São Paulo', '東京', 'Québec', 'Zürich', 'København', 'Málaga', 'Łódź', 'Cork'] as places
), numbered as (
    select i, ('x' || substr(md5(i::text), 1, 7))::bit(28)::int as r, ('x' || substr(md5('b' || i), 1, 7))::bit(28)::int as q from generate_series(1, $2::int) i
), drafted as (
    select n.*, s.*, clock_timestamp() - make_interval(secs => (1 - i::float8 / $2::int) * 365 * 86400) - make_interval(secs => r % 3600) as born,
           case when i > $2::int * 0.9 then (array[1, 1, 2, 2, 3, 4, 5])[1 + r % 7] else (array[5, 5, 5, 5, 5, 5, 5, 6, 2, 1])[1 + r % 10] end as status
      from numbered n, setting s
), counted as (
    insert into job_counter (organization_id, prefix, last) select $1::uuid, 'JOB', $2::int where not exists (select 1 from job where organization_id = $1::uuid)
    on conflict do nothing
)
insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, created_by_user_id, assigned_to_user_id, department_id,
                 due_date, estimated_hours, completed_at, created_at, updated_at)
select gen_random_uuid(), $1, 'JOB-' || i, verbs[1 + r % 10] || ' ' || things[1 + q % 12] || ' in ' || places[1 + (r / 16) % 12],
       types[1 + q % 5], statuses[status], priorities[(array[1, 2, 2, 2, 3, 3, 4])[1 + (q / 8) % 7]], people[1 + r % 26],
       case when r % 9 > 0 then people[1 + (q / 4) % 26] end, departments[1 + (r / 4) % 6],
       born + make_interval(days => 2 + q % 20), (1 + q % 16) * 0.5,
       case when status = 5 then least(born + make_interval(hours => 4 + r % 400), clock_timestamp()) end, born, born
  from drafted
 where not exists (select 1 from job where organization_id = $1)
