-- Organizations own everything; departments group their people. seeds/job-management-system.md, Organization Management.
create table organization (
    id         uuid primary key,
    name       text not null,
    time_zone  text not null default 'UTC',
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);
create table department (
    id              uuid primary key,
    organization_id uuid not null references organization,
    name            text not null,
    description     text,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    constraint department_name_once unique (organization_id, name),
    unique (organization_id, id)
);
