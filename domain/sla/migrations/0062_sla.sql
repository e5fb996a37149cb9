-- Promises about jobs: how soon somebody answers, how soon they are done, and the clocks that count. SPEC 5, SLA; SEEDS.md 3 and 5.1.
create table sla_policy (
    id                     uuid primary key,
    organization_id        uuid not null references organization,
    name                   text not null,
    description            text,
    position               int not null default 100,
    is_active              boolean not null default false,
    active_since           timestamptz,                              -- what was passed before is not told
    job_type_id            uuid,
    job_priority_id        uuid,
    department_id          uuid,
    calendar_id            uuid,                                     -- null: around the clock
    first_response_minutes int constraint sla_policy_first_response check (first_response_minutes > 0),
    resolution_minutes     int constraint sla_policy_resolution check (resolution_minutes > 0),
    warn_at                jsonb not null default '[50, 80, 100]',   -- per cent of the time that is allowed
    repeat_every           int,                                      -- per cent, after the last of warn_at; null: not again
    pause_status_ids       jsonb,                                    -- null: those with pauses_sla
    on_reopen              text not null default 'continue' constraint sla_policy_on_reopen check (on_reopen in ('continue', 'restart')),
    escalation             jsonb not null default '[]',
    created_at             timestamptz not null default clock_timestamp(),
    updated_at             timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    constraint sla_policy_has_type foreign key (organization_id, job_type_id) references job_type (organization_id, id),
    constraint sla_policy_has_priority foreign key (organization_id, job_priority_id) references job_priority (organization_id, id),
    constraint sla_policy_has_department foreign key (organization_id, department_id) references department (organization_id, id),
    constraint sla_policy_has_calendar foreign key (organization_id, calendar_id) references calendar (organization_id, id)
);
select keep_history('sla_policy');
create unique index sla_policy_name_once on sla_policy (organization_id, lower(name)) where deleted_at is null;
create index sla_policy_active on sla_policy (organization_id, position) where is_active and deleted_at is null;
create index sla_policy_calendar on sla_policy (calendar_id) where deleted_at is null;

-- One clock for each promise about a job; a job that is opened again may get another (cycle). Worked out from the job's own history, so that working it out
-- again is always exact (domain/sla/measure.h). What is needed to know the next moment stands in it: used until running_from, running since then.
create table sla_clock (
    id              uuid primary key,
    organization_id uuid not null,
    job_id          uuid not null references job,
    metric          text not null constraint sla_clock_metric check (metric in ('first_response', 'resolution')),
    cycle           int not null default 1,
    policy_id       uuid not null references sla_policy,
    calendar_id     uuid,
    budget_seconds  bigint not null,
    started_at      timestamptz not null,
    due_at          timestamptz,              -- null: it stands still, or its calendar is never open
    running_from    timestamptz,              -- null: it stands still or has stopped
    used_us         bigint not null,          -- business microseconds until running_from, or in all
    muted_percent   int not null default 0,   -- what was used before anything was promised: thresholds up to there are not told
    pauses          jsonb not null default '[]',
    paused_at       timestamptz,
    stopped_at      timestamptz,
    breached_at     timestamptz,
    cancelled_at    timestamptz,
    next_at         timestamptz,              -- when the next threshold is reached
    updated_at      timestamptz not null default clock_timestamp(),
    constraint sla_clock_once unique (job_id, metric, cycle)
);
create index sla_clock_next on sla_clock (next_at, organization_id) where next_at is not null;
create index sla_clock_running on sla_clock (organization_id, job_id) where stopped_at is null and cancelled_at is null;
create index sla_clock_by_start on sla_clock (organization_id, started_at);

-- Each threshold of a clock is passed once, for ever: who is told is decided by this key.
create table sla_threshold (
    clock_id        uuid not null references sla_clock,
    percent         int not null,
    organization_id uuid not null,
    fired_at        timestamptz not null,
    primary key (clock_id, percent)
);

-- Jobs whose clocks are to be worked out again. Only ever added to, so that nobody who changes a job waits for a sweep.
create table sla_touch (
    id              bigint generated always as identity primary key,
    organization_id uuid not null,
    job_id          uuid not null
);
create index sla_touch_of_organization on sla_touch (organization_id, id);

create function sla_wanted(organization uuid) returns boolean language sql stable as
$$ select exists (select from sla_policy where organization_id = organization and is_active and deleted_at is null) $$;

create function sla_touch_job() returns trigger language plpgsql as $$
begin
    if sla_wanted(new.organization_id) then insert into sla_touch (organization_id, job_id) values (new.organization_id, new.id); end if;
    return null;
end $$;
create function sla_touch_new_jobs() returns trigger language plpgsql as $$
begin
    insert into sla_touch (organization_id, job_id)
    select f.organization_id, f.id from fresh f
     where f.organization_id in (select organization_id from sla_policy where is_active and deleted_at is null);
    return null;
end $$;
create trigger sla_new after insert on job referencing new table as fresh for each statement execute function sla_touch_new_jobs();
create trigger sla after update on job for each row
    when (old.job_status_id <> new.job_status_id or old.job_priority_id <> new.job_priority_id or old.job_type_id <> new.job_type_id
          or old.department_id is distinct from new.department_id or old.created_by_user_id <> new.created_by_user_id
          or old.completed_at is distinct from new.completed_at or old.deleted_at is distinct from new.deleted_at) execute function sla_touch_job();

create function sla_touch_comment() returns trigger language plpgsql as $$
begin
    if sla_wanted(new.organization_id) then insert into sla_touch (organization_id, job_id) values (new.organization_id, new.job_id); end if;
    return null;
end $$;
create trigger sla_new after insert on comment for each row when (not new.is_internal) execute function sla_touch_comment();
create trigger sla after update on comment for each row
    when (old.is_internal <> new.is_internal or old.deleted_at is distinct from new.deleted_at) execute function sla_touch_comment();

-- Other promises, other hours, other pauses: every clock that has not stopped, and every open job, is worked out again.
create function sla_touch_open(organization uuid) returns void language sql as $$
    insert into sla_touch (organization_id, job_id)
    select organization, j.id from job j
     where j.organization_id = organization and j.deleted_at is null
       and j.job_status_id in (select s.id from job_status s where s.organization_id = organization and s.category not in ('done', 'cancelled'))
    union
    select organization, c.job_id from sla_clock c where c.organization_id = organization and c.stopped_at is null and c.cancelled_at is null
$$;
create function sla_touch_policy() returns trigger language plpgsql as $$
begin
    if new.is_active or (tg_op = 'UPDATE' and old.is_active) then
        perform sla_touch_open(new.organization_id);
        perform ensure_schedule(new.organization_id, 'Service levels', 'sla.sweep', '* * * * *', date_trunc('minute', clock_timestamp()) + interval '1 minute');
    end if;
    return null;
end $$;
create trigger sla after insert or update on sla_policy for each row execute function sla_touch_policy();

create function sla_touch_calendar() returns trigger language plpgsql as $$
declare
    calendar uuid := case when tg_table_name = 'calendar' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'calendar_id')::uuid end;
begin
    if exists (select from sla_policy where calendar_id = calendar and is_active and deleted_at is null) then perform sla_touch_open(new.organization_id); end if;
    return null;
end $$;
create trigger sla after update on calendar for each row execute function sla_touch_calendar();
create trigger sla after insert or update on holiday for each row execute function sla_touch_calendar();

create function sla_touch_status() returns trigger language plpgsql as $$
begin
    if sla_wanted(new.organization_id) then
        insert into sla_touch (organization_id, job_id)
        select c.organization_id, c.job_id from sla_clock c where c.organization_id = new.organization_id and c.stopped_at is null and c.cancelled_at is null;
    end if;
    return null;
end $$;
create trigger sla after update on job_status for each row
    when (old.pauses_sla <> new.pauses_sla or old.category <> new.category) execute function sla_touch_status();
