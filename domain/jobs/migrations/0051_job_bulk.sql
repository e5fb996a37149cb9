-- Changes of many jobs at once that are made in the background: what was asked, by whom, and what came of each job.
create table job_bulk (
    id              uuid primary key,
    organization_id uuid not null references organization,
    action          text not null,
    request         jsonb not null,
    caller          jsonb not null,
    is_dry_run      boolean not null,
    run_id          uuid not null,
    jobs            int not null,
    created_at      timestamptz not null default clock_timestamp()
);
create index job_bulk_by_time on job_bulk (organization_id, created_at desc);

create table job_bulk_row (
    bulk_id  uuid not null references job_bulk on delete cascade,
    position int not null,
    job_id   uuid not null,
    outcome  text constraint job_bulk_outcome check (outcome in ('changed', 'unchanged', 'refused')),
    told     jsonb,
    primary key (bulk_id, position)
);
create index job_bulk_waiting on job_bulk_row (bulk_id, position) where outcome is null;
