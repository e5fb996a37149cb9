-- The engine's own tables. The hot table `run` holds live runs only: finishing a run moves its row to `run_archive`,
-- a table of daily partitions that retention drops. docs/decisions/0001-hot-table.md has the designs tried.

create type run_state as enum ('scheduled', 'ready', 'dispatched', 'running', 'waiting',
                               'succeeded', 'dead', 'cancelled', 'expired', 'skipped');

create table run (
    id                  uuid primary key,
    organization_id     uuid not null,
    kind                text not null,
    queue               text not null,
    state               run_state not null,
    priority            smallint not null default 2 constraint run_priority_range check (priority between 0 and 4),
    epoch               int not null default 0,
    attempt             smallint not null default 0,
    max_attempts        smallint not null,
    crashes             smallint not null default 0,
    has_dependents      boolean not null default false,
    waiting_for         smallint not null default 0,
    timeout_ms          int not null,
    ready_at            timestamptz not null,
    created_at          timestamptz not null,
    dispatched_at       timestamptz,
    started_at          timestamptz,
    incarnation         uuid,
    cancel_requested_at timestamptz,
    unique_key          text,
    concurrency_key     text,
    schedule_id         uuid,
    redriven_from       uuid,
    origin              text not null,
    trace_parent        text,
    args                jsonb not null default '{}'
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
comment on table run is 'Live runs: scheduled, ready, dispatched, running, waiting. Finished ones are in run_archive.';

-- The dispatcher reads one lane (queue, organization, band) from a frontier on.
create index run_ready on run (queue, organization_id, priority, ready_at, id) where state = 'ready';
-- Runs that share a concurrency key are read key by key.
create index run_ready_keyed on run (queue, concurrency_key, priority, ready_at, id) where state = 'ready' and concurrency_key is not null;
create index run_scheduled on run (ready_at) where state = 'scheduled';
create index run_dispatched on run (dispatched_at) where state = 'dispatched';
create index run_owned on run (incarnation) where state = 'running';
create index run_concurrency on run (concurrency_key) where concurrency_key is not null and state in ('dispatched', 'running');
create unique index run_one_live_per_unique_key on run (organization_id, unique_key) where unique_key is not null;
create index run_of_schedule on run (schedule_id) where schedule_id is not null;

create table run_archive (
    id                  uuid not null,
    organization_id     uuid not null,
    kind                text not null,
    queue               text not null,
    state               run_state not null,
    priority            smallint not null,
    epoch               int not null,
    attempt             smallint not null,
    max_attempts        smallint not null,
    crashes             smallint not null,
    created_at          timestamptz not null,
    ready_at            timestamptz,
    dispatched_at       timestamptz,
    started_at          timestamptz,
    finished_at         timestamptz not null,
    incarnation         uuid,
    unique_key          text,
    schedule_id         uuid,
    redriven_from       uuid,
    origin              text not null,
    trace_parent        text,
    args                jsonb not null,
    result              jsonb,
    error_class         text,
    error_message       text,
    fingerprint         text,
    primary key (id, finished_at)
) partition by range (finished_at);
create index run_archive_by_time on run_archive (organization_id, finished_at desc);
create index run_archive_dead on run_archive (organization_id, fingerprint, finished_at desc) where state = 'dead';
create table run_archive_default partition of run_archive default;

-- An attempt that did not simply succeed. The common path needs no row: its times stand on the run.
create table run_attempt (
    run_id        uuid not null,
    epoch         int not null,
    attempt       smallint not null,
    incarnation   uuid,
    started_at    timestamptz,
    ended_at      timestamptz not null,
    outcome       text not null,
    error_class   text,
    error_message text,
    evidence      text,
    primary key (run_id, epoch)
);

-- Everything unusual in the life of a run, with who and why.
create table run_event (
    id      bigint generated always as identity primary key,
    run_id  uuid not null,
    at      timestamptz not null,
    actor   text not null,
    event   text not null,
    detail  jsonb not null default '{}'
);
create index run_event_of_run on run_event (run_id, at);

create table run_progress (
    run_id uuid primary key,
    epoch  int not null,
    share  real not null,
    note   text not null,
    at     timestamptz not null
);

create table run_dependency (
    run_id     uuid not null,
    depends_on uuid not null,
    primary key (depends_on, run_id)
);
create index run_dependency_of_run on run_dependency (run_id);

-- Which (queue, organization, band) lanes were ever used: the dispatcher's map. A few rows, never deleted.
create table run_lane (
    queue           text not null,
    organization_id uuid not null,
    priority        smallint not null,
    primary key (queue, organization_id, priority)
);

-- Failures of one shape, together.
create table dead_group (
    id              uuid primary key,
    organization_id uuid not null,
    fingerprint     text not null,
    kind            text not null,
    error_class     text not null,
    message         text not null,
    first_seen_at   timestamptz not null,
    last_seen_at    timestamptz not null,
    total           bigint not null default 0,
    is_muted        boolean not null default false,
    resolved_at     timestamptz,
    note            text,
    constraint dead_group_once unique (organization_id, fingerprint)
);

create table queue (
    name              text primary key,
    is_paused         boolean not null default false,
    paused_at         timestamptz,
    paused_by         text,
    concurrency       int constraint queue_concurrency_positive check (concurrency > 0),
    key_concurrency   int not null default 1 constraint queue_key_concurrency_positive check (key_concurrency > 0),
    rate_per_minute   int constraint queue_rate_positive check (rate_per_minute > 0),
    -- The theoretical arrival time of the next start (generic cell rate algorithm, ITU-T I.371).
    rate_next_at      timestamptz,
    updated_at        timestamptz not null default clock_timestamp()
);
insert into queue (name) values ('default'), ('reports'), ('sweeps'), ('reminders'), ('notifications'), ('integrations');

-- A process start. Liveness belongs to it, never to a run's age.
create table incarnation (
    id                 uuid primary key,
    name               text not null,
    host               text not null,
    pid                int not null,
    version            text not null,
    roles              text[] not null,
    queues             text[] not null,
    slots              int not null,
    busy               int not null default 0,
    started_at         timestamptz not null,
    beat_at            timestamptz not null,
    lease_until        timestamptz not null,
    is_draining        boolean not null default false,
    drain_requested_at timestamptz,
    ended_at           timestamptz
) with (fillfactor = 50);
create index incarnation_alive on incarnation (id) where ended_at is null;

create table schedule (
    id              uuid primary key,
    organization_id uuid not null,
    name            text not null,
    kind            text not null,
    args            jsonb not null default '{}',
    queue           text,
    priority        smallint,
    cron            text not null,
    time_zone       text not null default 'UTC',
    misfire         text not null default 'fire_latest'
                    constraint schedule_misfire check (misfire in ('fire_latest', 'fire_all', 'skip')),
    misfire_limit   int not null default 100 constraint schedule_misfire_limit check (misfire_limit between 1 and 10000),
    misfire_window  interval not null default '1 day',
    overlap         text not null default 'skip'
                    constraint schedule_overlap check (overlap in ('skip', 'queue_one', 'allow', 'cancel_running')),
    is_paused       boolean not null default false,
    next_fire_at    timestamptz,
    last_fire_at    timestamptz,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    constraint schedule_name_once unique (organization_id, name)
) with (fillfactor = 70);
create index schedule_due on schedule (next_fire_at) where not is_paused and next_fire_at is not null;

-- One row a tick, whatever became of it: the guarantee that a tick is never doubled is this key.
create table schedule_fire (
    schedule_id uuid not null references schedule on delete cascade,
    fire_at     timestamptz not null,
    run_id      uuid,
    outcome     text not null
                constraint schedule_fire_outcome check (outcome in ('fired', 'skipped', 'coalesced', 'misfired', 'triggered')),
    reason      text,
    at          timestamptz not null,
    constraint schedule_fire_once primary key (schedule_id, fire_at)
);

create table idempotency (
    organization_id uuid not null,
    actor           text not null,
    route           text not null,
    key             text not null,
    request_hash    text not null,
    status          int,
    location        text,
    body            text,
    created_at      timestamptz not null,
    primary key (organization_id, actor, route, key)
);

-- Partitions for today and the next days exist before they are needed; the default one only catches what slips through.
create function run_archive_partitions(first_day date, days int) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('nightshift.partitions'));   -- two daemons may look ahead at once
    for i in 0..days - 1 loop
        execute format('create table if not exists run_archive_%s partition of run_archive for values from (%L) to (%L)',
                       to_char(first_day + i, 'YYYYMMDD'), (first_day + i)::timestamptz, (first_day + i + 1)::timestamptz);
    end loop;
end $$;
set local timezone = 'UTC';
select run_archive_partitions((clock_timestamp() at time zone 'UTC')::date, 3);
