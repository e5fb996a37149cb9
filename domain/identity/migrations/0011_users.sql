-- People who sign in. Foreign keys carry the organization, so nobody is tied to another one's rows.
create table app_user (
    id              uuid primary key,
    organization_id uuid not null references organization,
    email           text not null,
    first_name      text not null,
    last_name       text not null,
    department_id   uuid,
    time_zone       text not null default 'UTC',
    is_active       boolean not null default true,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    constraint user_email_once unique (email),
    constraint user_department foreign key (organization_id, department_id) references department (organization_id, id),
    unique (organization_id, id)
);
