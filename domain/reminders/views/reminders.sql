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

-- The last time, up to this moment, that the clocks of a zone showed this hour on one of these days (1 is Monday; null: all).
create function api.last_tick(moment timestamptz, zone text, hour time, days smallint[]) returns timestamptz language plpgsql stable as $$
declare
    day  date := (moment at time zone zone)::date + 1;
    tick timestamptz;
begin
    for i in 0..9 loop
        if days is null or extract(isodow from day)::smallint = any(days) then
            tick := api.local_instant(day + hour, zone);
            if tick <= moment then return tick; end if;
        end if;
        day := day - 1;
    end loop;
    return null;
end $$;
-- The first time after it.
create function api.next_tick(moment timestamptz, zone text, hour time, days smallint[]) returns timestamptz language plpgsql stable as $$
declare
    day  date := (moment at time zone zone)::date - 1;
    tick timestamptz;
begin
    for i in 0..9 loop
        if days is null or extract(isodow from day)::smallint = any(days) then
            tick := api.local_instant(day + hour, zone);
            if tick > moment then return tick; end if;
        end if;
        day := day + 1;
    end loop;
    return null;
end $$;

-- The first moment from this one on that is on a working day and outside the quiet hours, which may pass midnight.
create function api.open_from(moment timestamptz, zone text, quiet_from time, quiet_to time, days smallint[]) returns timestamptz language plpgsql stable as $$
declare
    at_last timestamptz := moment;
    wall    timestamp;
    target  timestamp;
begin
    for i in 0..20 loop
        wall := at_last at time zone zone;
        if days is not null and not extract(isodow from wall)::smallint = any(days) then
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

-- Who would be reminded of what, of the moments after `after` (by the local clock, and of what waits) up to `until`, and of what is due and not over yet.
-- With `until` beyond `now_at` it looks ahead. `sees`: as api.may_see_job; `how`: as api.told_how. Whether it was told is for the caller to ask.
-- Index: job_due, job_unassigned, job_in_status_since, time_log_one_running, user_by_zone.
create function api.reminder_pairs(org uuid, only_rule uuid, after timestamptz, now_at timestamptz, until timestamptz)
returns table (rule_id uuid, job_id uuid, subject_id uuid, user_id uuid, roles text[], occurrence timestamptz, due_at timestamptz, useless_at timestamptz, zone text, sees boolean, how text)
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
), clocks as materialized (
    select r.id as rule_id, z.given, d.days,
           case when until > now_at then api.next_tick(now_at, z.zone, r.at, d.days) else api.last_tick(until, z.zone, r.at, d.days) end as tick,
           api.next_tick(until, z.zone, r.at, d.days) as next
      from rules r cross join zones z
     cross join (select h.working_days as days from notification_hours h where h.organization_id = org and h.working_days is not null group by 1 union all select null) d
     where r.trigger in ('due_day', 'overdue')
), horizon as materialized (
    select c.rule_id, max(c.next) as next, max(c.tick) filter (where c.tick > after and c.tick <= until) as latest from clocks c group by 1
), subjects as (
    select r.id as rule_id, j.id as job_id, j.id as subject_id, null::uuid as worker, j.due_date as occurrence,
           j.due_date - make_interval(hours => r.hours) as due_at, j.due_date as useless_at
      from rules r join job j on j.organization_id = org and j.deleted_at is null and j.completed_at is null
       and j.due_date > now_at and j.due_date <= until + make_interval(hours => r.hours)
     where r.trigger = 'before_due'
    union all
    select r.id, j.id, j.id, null, j.due_date, null, j.due_date
      from rules r join horizon h on h.rule_id = r.id
      join job j on j.organization_id = org and j.deleted_at is null and j.completed_at is null and j.due_date > now_at and j.due_date < h.next
     where r.trigger = 'due_day'
    union all
    select r.id, j.id, j.id, null, null, null, null
      from rules r join horizon h on h.rule_id = r.id
      join job j on j.organization_id = org and j.deleted_at is null and j.completed_at is null and j.due_date < h.latest
     where r.trigger = 'overdue'
    union all
    select r.id, j.id, j.id, null, k.since + k.more, k.since + make_interval(hours => r.hours) + k.more, 'infinity'
      from rules r join job j on j.organization_id = org and j.assigned_to_user_id is null and j.deleted_at is null and j.completed_at is null
       and coalesce(j.unassigned_since, j.created_at) <= until - make_interval(hours => r.hours)
     cross join lateral (select coalesce(j.unassigned_since, j.created_at) as since,
                                make_interval(hours => coalesce(r.repeat_hours * floor(extract(epoch from until - coalesce(j.unassigned_since, j.created_at)
                                    - make_interval(hours => r.hours)) / (3600 * r.repeat_hours)), 0)::int) as more) k
     where r.trigger = 'unassigned' and k.since + make_interval(hours => r.hours) + k.more > after
    union all
    select r.id, j.id, j.id, null, k.since + k.more, k.since + make_interval(hours => r.hours) + k.more, 'infinity'
      from rules r join job_status s on s.organization_id = org and (s.id = r.job_status_id or s.category = r.status_category)
     cross join lateral (select * from job x where x.organization_id = org and x.job_status_id = s.id and x.deleted_at is null and x.completed_at is null
       and coalesce(x.status_since, x.created_at) <= until - make_interval(hours => r.hours) offset 0) j
     cross join lateral (select coalesce(j.status_since, j.created_at) as since,
                                make_interval(hours => coalesce(r.repeat_hours * floor(extract(epoch from until - coalesce(j.status_since, j.created_at)
                                    - make_interval(hours => r.hours)) / (3600 * r.repeat_hours)), 0)::int) as more) k
     where r.trigger = 'in_status' and k.since + make_interval(hours => r.hours) + k.more > after
    union all
    select r.id, l.job_id, l.id, l.user_id, k.since + k.more, k.since + make_interval(hours => r.hours) + k.more, 'infinity'
      from rules r join time_log l on l.organization_id = org and l.end_time is null and l.deleted_at is null and l.start_time <= until - make_interval(hours => r.hours)
     cross join lateral (select l.start_time as since, make_interval(hours => coalesce(r.repeat_hours * floor(extract(epoch from until - l.start_time
                                    - make_interval(hours => r.hours)) / (3600 * r.repeat_hours)), 0)::int) as more) k
     where r.trigger = 'timer_running' and k.since + make_interval(hours => r.hours) + k.more > after
)
select s.rule_id, s.job_id, s.subject_id, p.id, who.roles,
       case r.trigger when 'overdue' then ((c.tick at time zone z.zone)::date)::timestamp at time zone 'UTC' else s.occurrence end,
       case r.trigger when 'overdue' then c.tick
                      when 'due_day' then case when until = now_at and s.occurrence >= c.tick then c.tick else api.last_tick(s.occurrence, z.zone, r.at, c.days) end
                      else s.due_at end,
       coalesce(s.useless_at, 'infinity'), z.zone,
       coalesce(o.permissions && array['job.view', 'job.view:all']
             or (o.permissions && array['job.view:team', 'job.view:own', 'job.view:self'] and (j.created_by_user_id = p.id or j.assigned_to_user_id = p.id))
             or ('job.view:team' = any(o.permissions)
                 and (p.department_id = j.department_id or exists (select from department d where d.id = j.department_id and d.manager_user_id = p.id)
                   or exists (select from team t where t.id = j.team_id and t.lead_user_id = p.id)))
             or (o.permissions && array['job.view:own', 'job.view:self'] and exists (select from job_watcher w where w.job_id = j.id and w.user_id = p.id)), false),
       coalesce((select n.mode from notification_preference n where n.user_id = p.id and n.organization_id = org and n.channel = 'in_app'
                    and n.event in ('reminder_' || r.trigger, '*') order by n.event = '*' limit 1), 'now')
  from subjects s
  join rules r on r.id = s.rule_id
  join job j on j.id = s.job_id and j.archived_at is null
  join job_status st on st.id = j.job_status_id and st.category not in ('done', 'cancelled')
 cross join lateral api.reminder_recipients(s.job_id, j.assigned_to_user_id, j.created_by_user_id, j.department_id, j.team_id, r.recipients, s.worker) who
  join app_user p on p.id = who.user_id and p.is_active and p.deleted_at is null
  join zones z on z.given = p.time_zone
  left join membership m on m.user_id = p.id and m.organization_id = org and m.is_active and m.deleted_at is null
  left join role o on o.id = m.role_id and o.deleted_at is null
  left join notification_hours h on h.user_id = p.id and h.organization_id = org
  left join clocks c on c.rule_id = s.rule_id and c.given = p.time_zone and c.days is not distinct from h.working_days
 where (r.job_type_id is null or r.job_type_id = j.job_type_id) and (r.job_priority_id is null or r.job_priority_id = j.job_priority_id)
   and (r.department_id is null or r.department_id = j.department_id) and (r.team_id is null or r.team_id = j.team_id)
   and (r.trigger = 'in_status' or ((r.job_status_id is null or r.job_status_id = j.job_status_id) and (r.status_category is null or r.status_category = st.category)))
   and case r.trigger when 'overdue' then c.tick > after and c.tick <= until and c.tick > j.due_date
                      when 'due_day' then s.occurrence < c.next
                      else true end
$$;

-- How a person wants to be told of this in the application: now, off or digest. Index: primary key.
create function api.told_how(person uuid, org uuid, event_type text) returns text language sql stable as $$
select coalesce((select p.mode from notification_preference p
                  where p.user_id = person and p.organization_id = org and p.channel = 'in_app' and p.event in (event_type, '*')
                  order by p.event = '*' limit 1), 'now')
$$;
