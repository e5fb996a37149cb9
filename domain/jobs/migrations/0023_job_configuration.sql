-- What jobs are made of: types, statuses with their legal moves, priorities and tags. SPEC 2; SEEDS.md 5.
alter table job_type add column class text not null default 'job' constraint job_type_class check (class in ('job', 'ticket')),
    add column key_prefix text constraint job_type_key_prefix check (key_prefix ~ '^[A-Z][A-Z0-9]{1,9}$'),
    add column ordered_tasks boolean not null default true;
alter table job_status add column slug text, add column pauses_sla boolean not null default false, add column is_default boolean not null default false;
update job_status set slug = trim(both '_' from regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g')), pauses_sla = category = 'blocked';
alter table job_status alter column slug set not null;
alter table job_priority add column slug text, add column description text, alter column color drop not null;
update job_priority set slug = trim(both '_' from regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g'));
alter table job_priority alter column slug set not null;
select keep_history('job_type'), keep_history('job_status'), keep_history('job_priority');

alter table job_type drop constraint job_type_name_once;
alter table job_status drop constraint job_status_name_once;
alter table job_priority drop constraint job_priority_name_once;
create unique index job_type_name_once on job_type (organization_id, lower(name)) where deleted_at is null;
create unique index job_status_name_once on job_status (organization_id, lower(name)) where deleted_at is null;
create unique index job_status_slug_once on job_status (organization_id, slug) where deleted_at is null;
create unique index job_priority_name_once on job_priority (organization_id, lower(name)) where deleted_at is null;
create unique index job_status_one_default on job_status (organization_id) where is_default and deleted_at is null;
update job_status s set is_default = true
 where id = (select id from job_status o where o.organization_id = s.organization_id and o.category = 'open' order by display_order limit 1);

-- The moves a status allows; a status with none here follows the matrix of categories (domain/jobs/status.h).
create table job_status_move (
    from_status_id  uuid not null references job_status,
    to_status_id    uuid not null references job_status,
    organization_id uuid not null references organization,
    primary key (from_status_id, to_status_id)
);

create table tag (
    id              uuid primary key,
    organization_id uuid not null references organization,
    name            text not null,
    color           text,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id)
);
select keep_history('tag');
create unique index tag_name_once on tag (organization_id, lower(name)) where deleted_at is null;
