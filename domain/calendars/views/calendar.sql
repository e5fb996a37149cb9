-- Calendars and their days that are different, as they are shown.
create view api.calendar as
select c.id, c.organization_id, c.name, c.time_zone, c.is_default, c.hours,
       (select count(*)::int from holiday h where h.calendar_id = c.id and h.deleted_at is null) as holiday_count,
       c.version, c.created_at, c.updated_at
  from calendar c
 where c.deleted_at is null;
create view api.holiday as
select h.id, h.organization_id, h.calendar_id, h.date, h.name, h.hours, h.version, h.created_at, h.updated_at
  from holiday h
  join calendar c on c.id = h.calendar_id and c.deleted_at is null
 where h.deleted_at is null;
