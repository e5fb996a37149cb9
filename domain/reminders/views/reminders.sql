-- Reminders: the local clock, who is reminded of what and when. Functions stand here so that sweep and preview can't differ.
create view api.reminder_rule as
select r.id, r.organization_id, r.name, r.description, r.trigger, r.hours, to_char(r.at, 'HH24:MI') as at, r.repeat_hours, r.recipients, r.job_type_id,
       r.job_status_id, r.status_category, r.job_priority_id, r.department_id, r.team_id, r.heeds_quiet_hours, r.is_active, r.version, r.created_at, r.updated_at
  from reminder_rule r where r.deleted_at is null;

-- A time zone that PostgreSQL knows: a name nobody knows any more must not stop everybody's reminders.
create function api.known_zone(name text, fallback text) returns text language plpgsql stable as $$
begin
    if name <> '' then
        perform now() at time zone name;
        return name;
    end if;
    return api.known_zone(fallback, 'UTC');
exception when invalid_parameter_value then
    return case when name = fallback then 'UTC' else api.known_zone(fallback, 'UTC') end;
end $$;

-- The moment when the clocks of a zone show this: in a gap the first valid one after it, in a fold the first pass.
create function api.local_instant(wall timestamp, zone text) returns timestamptz language plpgsql stable as $$
declare
    guess timestamptz := wall at time zone 'UTC';
    before_it interval := (guess - interval '1 day') at time zone zone - (guess - interval '1 day') at time zone 'UTC';
    after_it  interval := (guess + interval '1 day') at time zone zone - (guess + interval '1 day') at time zone 'UTC';
    late timestamptz := (wall - before_it) at time zone 'UTC';
    early timestamptz := (wall - after_it) at time zone 'UTC';
    middle timestamptz;
begin
    if before_it = after_it or late at time zone zone = wall then return late; end if;
    if early at time zone zone = wall then return early; end if;
    while late - early > interval '1 millisecond' loop   -- in the gap: the change lies between them
        middle := early + (late - early) / 2;
        if middle at time zone zone < wall then early := middle; else late := middle; end if;
    end loop;
    return date_trunc('second', late + interval '500 milliseconds');
end $$;

-- The days, of these, on which nobody of an organization works: by the default calendar, as domain/calendars counts; null where there is none, or one that is
-- never open. Index: calendar_one_default, holiday_date_once.
create function api.days_off(org uuid, first date, last date) returns date[] language sql stable as $$
select array(select d::date
               from generate_series(first::timestamp, last::timestamp, interval '1 day') d
               left join holiday h on h.calendar_id = c.id and h.date = d::date and h.deleted_at is null
              where case when h.id is null then not exists (select from jsonb_array_elements(c.hours) w where w ->> 'weekday' = trim(to_char(d, 'day')))
                         else h.hours = '[]' end)
  from calendar c
 where c.organization_id = org and c.is_default and c.deleted_at is null and c.hours <> '[]'
$$;

-- Who has working days (1 is Monday) works on those; who has none, on all but the days off, where there are any.
create function api.works_on(day date, days smallint[], days_off date[]) returns boolean language sql immutable as $$
select case when days is not null then extract(isodow from day)::smallint = any(days) else days_off is null or day <> all(days_off) end
$$;

-- Why somebody with these working days does not work on this day: "holiday (Epiphany)", "a day off"; null: they do. Index: as api.days_off.
create function api.day_off_named(org uuid, day date, days smallint[]) returns text language sql stable as $$
select case when api.works_on(day, days, api.days_off(org, day, day)) then null
            else coalesce((select 'holiday (' || h.name || ')' from calendar c join holiday h on h.calendar_id = c.id and h.date = day and h.deleted_at is null and h.hours = '[]'
                            where days is null and c.organization_id = org and c.is_default and c.deleted_at is null), 'a day off') end
$$;

-- The last time, up to this moment, that the clocks of a zone showed this hour on a working day. Two months are looked at.
create function api.last_tick(moment timestamptz, zone text, hour time, days smallint[], days_off date[]) returns timestamptz language plpgsql stable as $$
declare
    day  date := (moment at time zone zone)::date + 1;
    tick timestamptz;
begin
    for i in 0..60 loop
        if api.works_on(day, days, days_off) then
            tick := api.local_instant(day + hour, zone);
            if tick <= moment then return tick; end if;
        end if;
        day := day - 1;
    end loop;
    return null;
end $$;
-- The first time after it.
create function api.next_tick(moment timestamptz, zone text, hour time, days smallint[], days_off date[]) returns timestamptz language plpgsql stable as $$
declare
    day  date := (moment at time zone zone)::date - 1;
    tick timestamptz;
begin
    for i in 0..60 loop
        if api.works_on(day, days, days_off) then
            tick := api.local_instant(day + hour, zone);
            if tick > moment then return tick; end if;
        end if;
        day := day + 1;
    end loop;
    return null;
end $$;

-- The first moment from this one on that is on a working day and outside the quiet hours, which may pass midnight.
create function api.open_from(moment timestamptz, zone text, quiet_from time, quiet_to time, days smallint[], days_off date[]) returns timestamptz
language plpgsql stable as $$
declare
    at_last timestamptz := moment;
    wall    timestamp;
    target  timestamp;
begin
    for i in 0..60 loop
        wall := at_last at time zone zone;
        if not api.works_on(wall::date, days, days_off) then
            target := wall::date + 1;
        elsif quiet_from < quiet_to and wall::time >= quiet_from and wall::time < quiet_to then
            target := wall::date + quiet_to;
        elsif quiet_from > quiet_to and wall::time >= quiet_from then
            target := wall::date + 1 + quiet_to;
        elsif quiet_from > quiet_to and wall::time < quiet_to then
            target := wall::date + quiet_to;
        else
            return at_last;
        end if;
        at_last := case when api.local_instant(target, zone) > at_last then api.local_instant(target, zone) else at_last + (target - wall) end;   -- the second pass of a fold
    end loop;
    return at_last;
end $$;

-- Whether a person may see a job: the reaches of job.view, as api/jobs/resource.cpp has them. Index: membership_once, primary keys.
create function api.may_see_job(wanted uuid, person uuid) returns boolean language sql stable as $$
select exists (
    select from job j
      join membership m on m.user_id = person and m.organization_id = j.organization_id and m.is_active and m.deleted_at is null
      join role r on r.id = m.role_id and r.deleted_at is null
     where j.id = wanted
       and (r.permissions && array['job.view', 'job.view:all']
         or (r.permissions && array['job.view:team', 'job.view:own', 'job.view:self']
             and (j.created_by_user_id = person or j.assigned_to_user_id = person))
         or ('job.view:team' = any(r.permissions)
             and (exists (select from department d where d.id = j.department_id and d.manager_user_id = person)
               or exists (select from team t where t.id = j.team_id and t.lead_user_id = person)
               or exists (select from app_user u where u.id = person and u.department_id = j.department_id)))
         or (r.permissions && array['job.view:own', 'job.view:self'] and exists (select from job_watcher w where w.job_id = j.id and w.user_id = person))))
$$;

-- Who has these parts in a job. The manager is that of its department, or else of the department of who works on it.
create function api.reminder_recipients(wanted uuid, assignee uuid, creator uuid, department uuid, team uuid, parts text[], worker uuid)
returns table (user_id uuid, roles text[]) language sql stable as $$
select x.user_id, array_agg(x.part order by x.part)
  from (select case when 'assignee' = any(parts) then assignee end as user_id, 'assignee' as part
        union all select case when 'creator' = any(parts) then creator end, 'creator'
        union all select case when 'worker' = any(parts) then worker end, 'worker'
        union all select case when 'manager' = any(parts) then
                      (select d.manager_user_id from department d where d.deleted_at is null
                          and d.id = coalesce(department, (select a.department_id from app_user a where a.id = coalesce(worker, assignee)))) end, 'manager'
        union all select case when 'team_lead' = any(parts) then (select t.lead_user_id from team t where t.id = team and t.deleted_at is null) end, 'team_lead'
        union all select w.user_id, 'watchers' from job_watcher w where 'watchers' = any(parts) and w.job_id = wanted) x
 where x.user_id is not null
 group by x.user_id
$$;

-- How a person wants to be told of this in the application: now, off or digest. Index: primary key.
create function api.told_how(person uuid, org uuid, event_type text) returns text language sql stable as $$
select coalesce((select p.mode from notification_preference p
                  where p.user_id = person and p.organization_id = org and p.channel = 'in_app' and p.event in (event_type, '*')
                  order by p.event = '*' limit 1), 'now')
$$;

-- How long after its first reminder what waits since then has come to its latest one.
create function api.repeats(since timestamptz, first_hours int, every_hours int, until timestamptz) returns interval language sql stable as $$
select make_interval(hours => coalesce(every_hours * floor(extract(epoch from until - since - make_interval(hours => first_hours)) / (3600 * every_hours)), 0)::int)
$$;

-- What a rule needs to know of a job to be done.
create view api.remindable as
select j.id as job_id, j.organization_id, j.due_date, coalesce(j.unassigned_since, j.created_at) as unassigned_since,
       coalesce(j.status_since, j.created_at) as status_since, j.job_type_id, j.job_status_id, j.job_priority_id, j.department_id, j.team_id,
       j.assigned_to_user_id, j.created_by_user_id, j.archived_at
  from job j where j.deleted_at is null and j.completed_at is null;

-- Who would be reminded of what, of the moments after `after` (by the local clock, and of what waits) up to `until`, and of what is due and not over yet.
-- With `until` beyond `now_at` it looks ahead. `wanted` is when it would be told at once, `opens` when the person may be disturbed; `sees`: as api.may_see_job;
-- `how`: as api.told_how. Whether it was told is for the caller to ask. Everything is worked out once for whom it is the same: people have few zones, hours and
-- days among them. Index: job_due, job_unassigned, job_in_status_since, time_log_one_running, user_by_zone, membership_once, primary keys.
create function api.reminder_pairs(org uuid, only_rule uuid, after timestamptz, now_at timestamptz, until timestamptz)
returns table (rule_id uuid, job_id uuid, subject_id uuid, user_id uuid, roles text[], occurrence timestamptz, due_at timestamptz, useless_at timestamptz, zone text,
               sees boolean, how text, wanted timestamptz, opens timestamptz)
language sql stable as $$
with recursive given as (
    (select u.time_zone from app_user u where u.organization_id = org order by u.time_zone limit 1)
    union all
    select (select u.time_zone from app_user u where u.organization_id = org and u.time_zone > g.time_zone order by u.time_zone limit 1)
      from given g where g.time_zone is not null
), zones as materialized (
    select g.time_zone as given, api.known_zone(g.time_zone, o.time_zone) as zone from given g join organization o on o.id = org where g.time_zone is not null
), rules as materialized (
    select r.* from reminder_rule r where r.organization_id = org and r.deleted_at is null and case when only_rule is null then r.is_active else r.id = only_rule end
), calendar as materialized (
    select api.days_off(org, now_at::date - 65, until::date + 65) as days_off
), clocks as materialized (
    select r.id as rule_id, z.given, d.days,
           case when until > now_at then api.next_tick(now_at, z.zone, r.at, d.days, k.days_off) else api.last_tick(until, z.zone, r.at, d.days, k.days_off) end as tick,
           api.next_tick(until, z.zone, r.at, d.days, k.days_off) as next
      from rules r cross join zones z cross join calendar k
     cross join (select h.working_days as days from notification_hours h where h.organization_id = org and h.working_days is not null group by 1 union all select null) d
     where r.trigger in ('due_day', 'overdue')
), horizon as materialized (
    select c.rule_id, max(c.next) as next, max(c.tick) filter (where c.tick > after and c.tick <= until) as latest from clocks c group by 1
), subjects as (
    select r.id as rule_id, j.job_id as subject_id, null::uuid as worker, j.due_date as occurrence,
           j.due_date - make_interval(hours => r.hours) as due_at, j.due_date as useless_at, j.*
      from rules r join api.remindable j on j.organization_id = org and j.due_date > now_at and j.due_date <= until + make_interval(hours => r.hours)
     where r.trigger = 'before_due'
    union all
    select r.id, j.job_id, null, j.due_date, null, j.due_date, j.*
      from rules r join horizon h on h.rule_id = r.id join api.remindable j on j.organization_id = org and j.due_date > now_at and j.due_date < h.next
     where r.trigger = 'due_day'
    union all
    select r.id, j.job_id, null, null, null, null, j.*
      from rules r join horizon h on h.rule_id = r.id join api.remindable j on j.organization_id = org and j.due_date < h.latest
     where r.trigger = 'overdue'
    union all
    select r.id, j.job_id, null, k.since + k.more, k.since + make_interval(hours => r.hours) + k.more, 'infinity', j.*
      from rules r join api.remindable j on j.organization_id = org and j.assigned_to_user_id is null and j.unassigned_since <= until - make_interval(hours => r.hours)
     cross join lateral (select j.unassigned_since as since, api.repeats(j.unassigned_since, r.hours, r.repeat_hours, until) as more) k
     where r.trigger = 'unassigned' and k.since + make_interval(hours => r.hours) + k.more > after
    union all
    select r.id, j.job_id, null, k.since + k.more, k.since + make_interval(hours => r.hours) + k.more, 'infinity', j.*
      from rules r join job_status s on s.organization_id = org and (s.id = r.job_status_id or s.category = r.status_category)
     cross join lateral (select * from api.remindable x where x.organization_id = org and x.job_status_id = s.id
       and x.status_since <= until - make_interval(hours => r.hours) offset 0) j
     cross join lateral (select j.status_since as since, api.repeats(j.status_since, r.hours, r.repeat_hours, until) as more) k
     where r.trigger = 'in_status' and k.since + make_interval(hours => r.hours) + k.more > after
    union all
    select r.id, l.id, l.user_id, k.since + k.more, k.since + make_interval(hours => r.hours) + k.more, 'infinity', j.*
      from rules r join time_log l on l.organization_id = org and l.end_time is null and l.deleted_at is null and l.start_time <= until - make_interval(hours => r.hours)
     cross join lateral (select l.start_time as since, api.repeats(l.start_time, r.hours, r.repeat_hours, until) as more) k
      join api.remindable j on j.job_id = l.job_id
     where r.trigger = 'timer_running' and k.since + make_interval(hours => r.hours) + k.more > after
), parts as materialized (
    select s.*, r.trigger, r.at, r.heeds_quiet_hours, who.user_id, who.roles
      from subjects s
      join rules r on r.id = s.rule_id
      join (select t.id, t.category from job_status t where t.organization_id = org and t.category not in ('done', 'cancelled')) st on st.id = s.job_status_id
     cross join lateral api.reminder_recipients(s.job_id, s.assigned_to_user_id, s.created_by_user_id, s.department_id, s.team_id, r.recipients, s.worker) who
     where s.archived_at is null
       and (r.job_type_id is null or r.job_type_id = s.job_type_id) and (r.job_priority_id is null or r.job_priority_id = s.job_priority_id)
       and (r.department_id is null or r.department_id = s.department_id) and (r.team_id is null or r.team_id = s.team_id)
       and (r.trigger = 'in_status' or ((r.job_status_id is null or r.job_status_id = s.job_status_id) and (r.status_category is null or r.status_category = st.category)))
), people as materialized (
    select p.*, z.zone
      from (select distinct t.user_id from parts t) x
     cross join lateral (
        select u.id, u.time_zone, u.department_id, o.permissions, coalesce(h.quiet_from, '00:00') as quiet_from, coalesce(h.quiet_to, '00:00') as quiet_to,
               h.working_days as days
          from app_user u
          left join membership m on m.user_id = u.id and m.organization_id = org and m.is_active and m.deleted_at is null
          left join role o on o.id = m.role_id and o.deleted_at is null
          left join notification_hours h on h.user_id = u.id and h.organization_id = org
         where u.id = x.user_id and u.is_active and u.deleted_at is null offset 0) p
      join zones z on z.given = p.time_zone
), pairs as (
    select s.*, p.zone, p.quiet_from, p.quiet_to, coalesce(p.days, '{}') as days, greatest(w.due_at, now_at) as wanted, w.due_at as means,
           case s.trigger when 'overdue' then ((c.tick at time zone p.zone)::date)::timestamp at time zone 'UTC' else s.occurrence end as counted,
           coalesce(p.permissions && array['job.view', 'job.view:all']
                 or (p.permissions && array['job.view:team', 'job.view:own', 'job.view:self'] and (s.created_by_user_id = p.id or s.assigned_to_user_id = p.id))
                 or ('job.view:team' = any(p.permissions)
                     and (p.department_id = s.department_id or exists (select from department d where d.id = s.department_id and d.manager_user_id = p.id)
                       or exists (select from team t where t.id = s.team_id and t.lead_user_id = p.id)))
                 or (p.permissions && array['job.view:own', 'job.view:self'] and exists (select from job_watcher w where w.job_id = s.job_id and w.user_id = p.id)), false) as sees
      from parts s
      join people p on p.id = s.user_id
      left join clocks c on c.rule_id = s.rule_id and c.given = p.time_zone and c.days is not distinct from p.days
     cross join calendar k
     cross join lateral (select case s.trigger when 'overdue' then c.tick
                                               when 'due_day' then case when until = now_at and s.occurrence >= c.tick then c.tick
                                                                        else api.last_tick(s.occurrence, p.zone, s.at, p.days, k.days_off) end
                                               else s.due_at end as due_at) w
     where case s.trigger when 'overdue' then c.tick > after and c.tick <= until and c.tick > s.due_date
                          when 'due_day' then s.occurrence < c.next
                          else true end
), ranked as materialized (
    select x.*, dense_rank() over (order by x.wanted, x.zone, x.quiet_from, x.quiet_to, x.days) as place from pairs x
), openings as materialized (
    select array_agg(api.open_from(g.wanted, g.zone, g.quiet_from, g.quiet_to, nullif(g.days, '{}'), k.days_off) order by g.place) as at
      from (select distinct x.place, x.wanted, x.zone, x.quiet_from, x.quiet_to, x.days from ranked x) g cross join calendar k
)
select x.rule_id, x.job_id, x.subject_id, x.user_id, x.roles, x.counted, x.means, coalesce(x.useless_at, 'infinity'), x.zone, x.sees,
       api.told_how(x.user_id, org, 'reminder_' || x.trigger), x.wanted, case when x.heeds_quiet_hours then o.at[x.place] else x.wanted end
  from ranked x cross join openings o
$$;
