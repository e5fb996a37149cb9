-- Jobs and their configuration. seeds/job-management-system.md, Job Configuration and Job Management.
create table job_type (
    id uuid primary key, organization_id uuid not null references organization, name text not null, description text,
    is_active boolean not null default true, created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint job_type_name_once unique (organization_id, name), unique (organization_id, id)
);
create table job_status (
    id uuid primary key, organization_id uuid not null references organization, name text not null, description text, display_order int not null,
    category text not null constraint job_status_category check (category in ('open', 'in_progress', 'blocked', 'review', 'done', 'cancelled')),
    is_active boolean not null default true, created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint job_status_name_once unique (organization_id, name), unique (organization_id, id)
);
create table job_priority (
    id uuid primary key, organization_id uuid not null references organization, name text not null, level int not null, color text not null,
    is_active boolean not null default true, created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint job_priority_name_once unique (organization_id, name), unique (organization_id, id)
);
create table job (
    id                  uuid primary key,
    organization_id     uuid not null references organization,
    key                 text not null,
    title               text not null,
    description         text,
    job_type_id         uuid not null,
    job_status_id       uuid not null,
    job_priority_id     uuid not null,
    created_by_user_id  uuid not null,
    assigned_to_user_id uuid,
    department_id       uuid,
    due_date            timestamptz,
    estimated_hours     numeric(8, 2),
    completed_at        timestamptz,
    created_at          timestamptz not null default clock_timestamp(),
    updated_at          timestamptz not null default clock_timestamp(),
    constraint job_key_once unique (organization_id, key),
    constraint job_has_type foreign key (organization_id, job_type_id) references job_type (organization_id, id),
    constraint job_has_status foreign key (organization_id, job_status_id) references job_status (organization_id, id),
    constraint job_has_priority foreign key (organization_id, job_priority_id) references job_priority (organization_id, id),
    constraint job_has_creator foreign key (organization_id, created_by_user_id) references app_user (organization_id, id),
    constraint job_has_assignee foreign key (organization_id, assigned_to_user_id) references app_user (organization_id, id),
    constraint job_has_department foreign key (organization_id, department_id) references department (organization_id, id)
);
create index job_by_creation on job (organization_id, created_at, id);
create index job_by_status on job (organization_id, job_status_id);
