-- A calendar with its days that are different, whole. Index: primary key, holiday_date_once.
select c.id, c.time_zone, c.hours::text,
       coalesce((select json_agg(json_build_object('day', h.date - date '1970-01-01', 'hours', h.hours)) from holiday h
                  where h.calendar_id = c.id and h.deleted_at is null), '[]')::text
  from calendar c
 where c.organization_id = $1::uuid and c.id = $2::uuid and c.deleted_at is null
