-- Reminders: rules, the ledger that makes each of them happen once, when a person may be disturbed, and what they put off. SPEC 5; SEEDS.md C-47.

-- Since when a job is in its status, and since when nobody works on it; null: since it was made.
alter table job add column status_since timestamptz, add column unassigned_since timestamptz;
create function job_since() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' or new.job_status_id is distinct from old.job_status_id then
        new.status_since := clock_timestamp();
    end if;
    if tg_op = 'INSERT' or new.assigned_to_user_id is distinct from old.assigned_to_user_id then
        new.unassigned_since := case when new.assigned_to_user_id is null then clock_timestamp() end;
    end if;
    return new;
end $$;
create trigger since before insert or update of job_status_id, assigned_to_user_id on job for each row execute function job_since();
-- What follows from another change of the same row is no change of its own in the history.
do $$ begin
    execute replace(pg_get_functiondef('audit_difference'::regproc), '''updated_at'',', '''updated_at'', ''status_since'', ''unassigned_since'',');
end $$;
create index job_unassigned on job (organization_id, coalesce(unassigned_since, created_at))
    where assigned_to_user_id is null and deleted_at is null and completed_at is null;
create index job_in_status_since on job (organization_id, job_status_id, coalesce(status_since, created_at)) where deleted_at is null and completed_at is null;
create index user_by_zone on app_user (organization_id, time_zone);

create table reminder_rule (
    id                uuid primary key,
    organization_id   uuid not null references organization,
    name              text not null,
    description       text,
    trigger           text not null constraint reminder_rule_trigger
                      check (trigger in ('before_due', 'due_day', 'overdue', 'unassigned', 'in_status', 'timer_running')),
    hours             int constraint reminder_rule_hours check (hours between 1 and 8760),
    at                time,
    repeat_hours      int constraint reminder_rule_repeat check (repeat_hours between 1 and 8760),
    recipients        text[] not null,
    job_type_id       uuid,
    job_status_id     uuid,
    status_category   text,
    job_priority_id   uuid,
    department_id     uuid,
    team_id           uuid,
    heeds_quiet_hours boolean not null default true,
    is_active         boolean not null default true,
    created_at        timestamptz not null default clock_timestamp(),
    updated_at        timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    constraint reminder_rule_has_type foreign key (organization_id, job_type_id) references job_type (organization_id, id),
    constraint reminder_rule_has_status foreign key (organization_id, job_status_id) references job_status (organization_id, id),
    constraint reminder_rule_has_priority foreign key (organization_id, job_priority_id) references job_priority (organization_id, id),
    constraint reminder_rule_has_department foreign key (organization_id, department_id) references department (organization_id, id),
    constraint reminder_rule_has_team foreign key (organization_id, team_id) references team (organization_id, id)
);
select keep_history('reminder_rule');
create unique index reminder_rule_name_once on reminder_rule (organization_id, lower(name)) where deleted_at is null;

-- When a person may be disturbed, in their own time zone, and when they want their digest; null: always, every day, never.
create table notification_hours (
    user_id         uuid not null references app_user,
    organization_id uuid not null references organization,
    quiet_from      time,
    quiet_to        time,
    working_days    smallint[] constraint notification_hours_days check (cardinality(working_days) > 0 and working_days <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]),
    digest_at       time,
    updated_at      timestamptz not null default clock_timestamp(),
    primary key (user_id, organization_id),
    constraint notification_hours_whole check ((quiet_from is null) = (quiet_to is null))
);
create index notification_hours_digest on notification_hours (organization_id) where digest_at is not null;

-- One row for each time somebody is reminded of something, for ever: the key is why nobody is reminded twice. `occurrence` is what it is counted by
-- (the due date, the local day as midnight UTC, or since when it waits), `due_at` the moment that the rule means, `send_at` the one when it may be told.
create table reminder (
    rule_id         uuid not null references reminder_rule,
    subject_id      uuid not null,
    user_id         uuid not null references app_user,
    occurrence      timestamptz not null,
    organization_id uuid not null,
    job_id          uuid not null references job,
    roles           text[] not null,
    due_at          timestamptz not null,
    send_at         timestamptz not null,
    state           text not null constraint reminder_state check (state in ('held', 'sent', 'digest', 'withdrawn')),
    reason          text,
    notification_id uuid,
    created_at      timestamptz not null,
    settled_at      timestamptz,
    constraint reminder_once primary key (rule_id, subject_id, user_id, occurrence)
);
create index reminder_held on reminder (organization_id, send_at) where state = 'held';
create index reminder_for_digest on reminder (organization_id, user_id) where state = 'digest';

-- What a person does not want to hear of until then.
create table reminder_snooze (
    user_id         uuid not null references app_user,
    job_id          uuid not null references job,
    organization_id uuid not null references organization,
    until           timestamptz not null,
    told_at         timestamptz,
    created_at      timestamptz not null default clock_timestamp(),
    primary key (user_id, job_id)
);
create index reminder_snooze_ends on reminder_snooze (organization_id, until) where told_at is null;

-- One digest a person and local day, also where there was nothing to tell.
create table reminder_digest (
    user_id         uuid not null references app_user,
    organization_id uuid not null references organization,
    day             date not null,
    notification_id uuid,
    created_at      timestamptz not null,
    primary key (user_id, organization_id, day)
);

-- How far an organization's moments by the local clock have been looked at.
create table reminder_cursor (
    organization_id uuid primary key references organization,
    swept_until     timestamptz not null
);

create function reminder_rules_begin() returns trigger language plpgsql as $$
begin
    insert into reminder_rule (id, organization_id, name, trigger, hours, at, repeat_hours, recipients, status_category)
    select gen_random_uuid(), new.id, d.name, d.trigger, d.hours, d.at::time, d.repeat_hours, d.recipients, d.status_category
      from (values ('Due in 24 hours', 'before_due', 24, null, null::int, array['assignee'], null),
                   ('Due today', 'due_day', null, '09:00', null, array['assignee'], null),
                   ('Overdue', 'overdue', null, '09:00', null, array['assignee'], null),
                   ('Nobody works on it', 'unassigned', 24, null, 24, array['manager', 'team_lead'], null),
                   ('Awaits review', 'in_status', 24, null, 24, array['creator', 'manager'], 'review'),
                   ('Timer still running', 'timer_running', 10, null, null, array['worker'], null))
           as d(name, trigger, hours, at, repeat_hours, recipients, status_category);
    return null;
end $$;
create trigger reminder_rules after insert on organization for each row execute function reminder_rules_begin();
insert into reminder_rule (id, organization_id, name, trigger, hours, at, repeat_hours, recipients, status_category)
select gen_random_uuid(), o.id, d.name, d.trigger, d.hours, d.at::time, d.repeat_hours, d.recipients, d.status_category
  from organization o,
       (values ('Due in 24 hours', 'before_due', 24, null, null::int, array['assignee'], null),
               ('Due today', 'due_day', null, '09:00', null, array['assignee'], null),
               ('Overdue', 'overdue', null, '09:00', null, array['assignee'], null),
               ('Nobody works on it', 'unassigned', 24, null, 24, array['manager', 'team_lead'], null),
               ('Awaits review', 'in_status', 24, null, 24, array['creator', 'manager'], 'review'),
               ('Timer still running', 'timer_running', 10, null, null, array['worker'], null))
       as d(name, trigger, hours, at, repeat_hours, recipients, status_category);
