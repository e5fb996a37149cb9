-- Departments get a manager; teams of people, who have a role in the team. SPEC 1; seeds/job-management-system.md.
alter table department add column manager_user_id uuid,
    add constraint department_has_manager foreign key (organization_id, manager_user_id) references app_user (organization_id, id);
select keep_history('department');
alter table department drop constraint department_name_once;
create unique index department_name_once on department (organization_id, lower(name)) where deleted_at is null;

create table team (
    id              uuid primary key,
    organization_id uuid not null references organization,
    department_id   uuid,
    name            text not null,
    description     text,
    lead_user_id    uuid,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    constraint team_has_department foreign key (organization_id, department_id) references department (organization_id, id),
    constraint team_has_lead foreign key (organization_id, lead_user_id) references app_user (organization_id, id)
);
select keep_history('team');
create unique index team_name_once on team (organization_id, lower(name)) where deleted_at is null;
create index team_of_department on team (organization_id, department_id) where deleted_at is null;

create table team_member (
    id              uuid primary key,
    organization_id uuid not null references organization,
    team_id         uuid not null,
    user_id         uuid not null,
    role_in_team    text not null default 'member',
    joined_at       timestamptz not null default clock_timestamp(),
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    constraint team_member_has_team foreign key (organization_id, team_id) references team (organization_id, id),
    constraint team_member_has_user foreign key (organization_id, user_id) references app_user (organization_id, id)
);
select keep_history('team_member', 'team_id');
create unique index team_member_once on team_member (team_id, user_id) where deleted_at is null;
create index team_member_of_user on team_member (user_id) where deleted_at is null;
