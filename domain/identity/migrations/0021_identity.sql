-- Who may sign in, and what they may do. SPEC 1; SEEDS.md 2.2 and 6.
alter table organization add column slug text, add column locale text not null default 'en', add column settings jsonb not null default '{}';
update organization set slug = trim(both '-' from regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g')) || '-' || left(id::text, 4);
create unique index organization_slug_once on organization (slug);
select keep_history('organization');

alter table app_user add column name text, add column phone text, add column locale text not null default 'en', add column password_hash text,
    add column last_login_at timestamptz, alter column first_name drop not null, alter column last_name drop not null;
update app_user set name = first_name || ' ' || last_name;
alter table app_user alter column name set not null, drop constraint user_email_once;
select keep_history('app_user');
create unique index user_email_once on app_user (lower(email)) where deleted_at is null;
create index user_of_department on app_user (organization_id, department_id);

-- A role is a named set of permissions, "job.view:own": what, and how far it reaches.
create table role (
    id              uuid primary key,
    organization_id uuid not null references organization,
    name            text not null,
    title           text not null,
    permissions     text[] not null default '{}',
    is_builtin      boolean not null default false,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id)
);
select keep_history('role');
create unique index role_name_once on role (organization_id, lower(name)) where deleted_at is null;

create table membership (
    id              uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organization,
    user_id         uuid not null,
    role_id         uuid not null,
    is_active       boolean not null default true,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    constraint membership_once unique (user_id, organization_id),
    constraint membership_has_user foreign key (user_id) references app_user deferrable initially deferred,
    constraint membership_has_role foreign key (organization_id, role_id) references role (organization_id, id)
);
select keep_history('membership', 'user_id');

-- Refresh tokens: stored hashed, used once, all of a family revoked when one is used twice. RFC 9700 4.14.
create table refresh_token (
    id              uuid primary key,
    family          uuid not null,
    organization_id uuid not null references organization,
    user_id         uuid not null references app_user,
    token_hash      text not null constraint refresh_token_once unique,
    issued_at       timestamptz not null default clock_timestamp(),
    expires_at      timestamptz not null,
    used_at         timestamptz,
    revoked_at      timestamptz,
    address         text,
    agent           text
);
create index refresh_token_family on refresh_token (family);
create index refresh_token_of_user on refresh_token (user_id) where revoked_at is null;
create index refresh_token_expiry on refresh_token (expires_at);

create table api_key (
    id              uuid primary key,
    organization_id uuid not null references organization,
    user_id         uuid not null references app_user,
    name            text not null,
    token_hash      text not null constraint api_key_once unique,
    permissions     text[],
    expires_at      timestamptz,
    last_used_at    timestamptz,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id)
);
select keep_history('api_key', 'user_id');

-- The newest signs; the others verify what they signed until it has expired.
create table signing_key (
    id          text primary key,
    private_pem text not null,
    public_pem  text not null,
    created_at  timestamptz not null default clock_timestamp(),
    retires_at  timestamptz
);

-- Wrong passwords, by what was typed, whether or not somebody has that address.
create table login_failure (
    subject      text primary key,
    failures     int not null,
    first_at     timestamptz not null,
    locked_until timestamptz
);
