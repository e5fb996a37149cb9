-- Reports that people put together themselves: a type's rows, of them these columns, filters and groups, and a chart. SEEDS.md JMS-123.
create table report_definition (
    id              uuid primary key,
    organization_id uuid not null references organization,
    owner_user_id   uuid not null,
    name            text not null,
    description     text,
    source          text not null,
    parameters      jsonb not null default '{}',
    columns         jsonb not null default '[]',
    filters         jsonb not null default '{}',
    groups          jsonb not null default '[]',
    chart           jsonb,
    export_format   text not null default 'PDF' constraint report_definition_format check (export_format in ('CSV', 'JSON', 'XLSX', 'PDF', 'HTML')),
    is_shared       boolean not null default false,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    constraint report_definition_has_owner foreign key (organization_id, owner_user_id) references app_user (organization_id, id)
);
select keep_history('report_definition');
create index report_definition_by_name on report_definition (organization_id, name) where deleted_at is null;
create index report_definition_of_owner on report_definition (organization_id, owner_user_id) where deleted_at is null;

-- How a report's rows are laid out, as its definition said when it was asked for; null: as its type does.
alter table report add column layout jsonb;

-- A subscription to a definition is asked as the definition says at each turn.
alter table report_subscription add column definition_id uuid,
    add constraint report_subscription_has_definition foreign key (organization_id, definition_id) references report_definition (organization_id, id) not valid;
alter table report_subscription validate constraint report_subscription_has_definition;
create index report_subscription_of_definition on report_subscription (definition_id) where definition_id is not null and deleted_at is null;
drop trigger audit on report_subscription;
drop trigger touch on report_subscription;
create trigger touch before update of owner_user_id, name, report_type, definition_id, parameters, export_format, cron, time_zone, recipients, channel, webhook_url, on_empty, status,
    deleted_at on report_subscription for each row execute function touch_row();
create trigger audit after insert or delete or update of owner_user_id, name, report_type, definition_id, parameters, export_format, cron, time_zone, recipients, channel, webhook_url,
    on_empty, status, deleted_at on report_subscription for each row execute function audit_row();
