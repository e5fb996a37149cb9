-- Jobs whole: who works on them, when, in which steps, and what was said and logged. SPEC 2; SEEDS.md 3.
alter table job add column team_id uuid, add column scheduled_start timestamptz, add column scheduled_end timestamptz, add column due_all_day boolean not null default false,
    add column started_at timestamptz, add column archived_at timestamptz,
    add constraint job_has_team foreign key (organization_id, team_id) references team (organization_id, id),
    add constraint job_ends_after_start check (scheduled_end > scheduled_start),
    add constraint job_hours check (estimated_hours >= 0),
    add unique (organization_id, id);
select keep_history('job');
create index job_assigned on job (organization_id, assigned_to_user_id, created_at) where deleted_at is null;
create index job_created_by on job (organization_id, created_by_user_id, created_at) where deleted_at is null;
create index job_due on job (organization_id, due_date) where deleted_at is null and completed_at is null and due_date is not null;

-- The last number given for a prefix of keys.
create table job_counter (
    organization_id uuid not null references organization,
    prefix          text not null,
    last            bigint not null,
    primary key (organization_id, prefix)
);
insert into job_counter select organization_id, split_part(key, '-', 1), max(split_part(key, '-', 2)::bigint) from job where key ~ '^[A-Z0-9]+-[0-9]+$' group by 1, 2;

create table checklist (
    id uuid primary key, organization_id uuid not null references organization, job_id uuid not null, title text not null, description text,
    display_order int not null default 0, created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    constraint checklist_has_job foreign key (organization_id, job_id) references job (organization_id, id)
);
select keep_history('checklist', 'job_id');
create index checklist_of_job on checklist (job_id, display_order) where deleted_at is null;

create table checklist_item (
    id uuid primary key, organization_id uuid not null references organization, checklist_id uuid not null, job_id uuid not null, description text not null,
    display_order int not null default 0, is_completed boolean not null default false, completed_at timestamptz, completed_by_user_id uuid,
    assigned_to_user_id uuid, created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint checklist_item_has_checklist foreign key (organization_id, checklist_id) references checklist (organization_id, id),
    constraint checklist_item_has_assignee foreign key (organization_id, assigned_to_user_id) references app_user (organization_id, id),
    constraint checklist_item_done check (is_completed = (completed_at is not null))
);
select keep_history('checklist_item', 'job_id');
create index checklist_item_of_checklist on checklist_item (checklist_id, display_order) where deleted_at is null;
create index checklist_item_open on checklist_item (job_id) where not is_completed and deleted_at is null;

create table comment (
    id uuid primary key, organization_id uuid not null references organization, job_id uuid not null, user_id uuid not null, content text not null,
    is_internal boolean not null default false, created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint comment_has_job foreign key (organization_id, job_id) references job (organization_id, id),
    constraint comment_has_user foreign key (organization_id, user_id) references app_user (organization_id, id)
);
select keep_history('comment', 'job_id');
create index comment_of_job on comment (job_id, created_at) where deleted_at is null;

create table job_tag (
    id uuid primary key default gen_random_uuid(), organization_id uuid not null references organization, job_id uuid not null, tag_id uuid not null,
    created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint job_tag_once unique (job_id, tag_id),
    constraint job_tag_has_job foreign key (organization_id, job_id) references job (organization_id, id),
    constraint job_tag_has_tag foreign key (organization_id, tag_id) references tag (organization_id, id)
);
create trigger audit after insert or update or delete on job_tag for each row execute function audit_row('job_id');

create table job_watcher (
    job_id uuid not null references job, user_id uuid not null references app_user, organization_id uuid not null references organization,
    created_at timestamptz not null default clock_timestamp(), primary key (job_id, user_id)
);

-- Two timers of one person at once, or two overlapping logs, can't be.
create extension if not exists btree_gist;
create table time_log (
    id uuid primary key, organization_id uuid not null references organization, job_id uuid not null, user_id uuid not null,
    start_time timestamptz not null, end_time timestamptz, description text, is_billable boolean not null default true, needs_review boolean not null default false,
    source text not null default 'timer' constraint time_log_source check (source in ('timer', 'manual', 'sync')),
    created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint time_log_has_job foreign key (organization_id, job_id) references job (organization_id, id),
    constraint time_log_has_user foreign key (organization_id, user_id) references app_user (organization_id, id),
    constraint time_log_ends_after_start check (end_time >= start_time)
);
select keep_history('time_log', 'job_id');
create unique index time_log_one_running on time_log (user_id) where end_time is null and deleted_at is null;
alter table time_log add constraint time_log_no_overlap exclude using gist (user_id with =, tstzrange(start_time, end_time) with &&)
    where (deleted_at is null and end_time is not null);
create index time_log_of_job on time_log (job_id, start_time) where deleted_at is null;
