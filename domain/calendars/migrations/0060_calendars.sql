-- When people work: hours by weekday in a zone, and the days that are different. SPEC 4; SEEDS.md 3.
create table calendar (
    id              uuid primary key,
    organization_id uuid not null references organization,
    name            text not null,
    time_zone       text not null default 'UTC',
    is_default      boolean not null default false,
    hours           jsonb not null default '[]',   -- [{"weekday": "monday", "from": "09:00", "to": "17:00"}]
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id)
);
select keep_history('calendar');
create unique index calendar_name_once on calendar (organization_id, lower(name)) where deleted_at is null;
create unique index calendar_one_default on calendar (organization_id) where is_default and deleted_at is null;

create table holiday (
    id              uuid primary key,
    organization_id uuid not null references organization,
    calendar_id     uuid not null,
    date            date not null,
    name            text not null,
    hours           jsonb not null default '[]',   -- of that day; none: closed
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    constraint holiday_has_calendar foreign key (organization_id, calendar_id) references calendar (organization_id, id)
);
select keep_history('holiday', 'calendar_id');
create unique index holiday_date_once on holiday (calendar_id, date) where deleted_at is null;
