-- Reports that are made by the clock and given to people, each in the recipient's own sight. SPEC 5; SEEDS.md 5.3.
create table report_subscription (
    id              uuid primary key,
    organization_id uuid not null references organization,
    owner_user_id   uuid not null,
    name            text not null,
    report_type     text not null,
    parameters      jsonb not null default '{}',
    export_format   text not null default 'PDF' constraint report_subscription_format check (export_format in ('CSV', 'JSON', 'XLSX', 'PDF', 'HTML')),
    cron            text not null,
    time_zone       text not null default 'UTC',
    recipients      uuid[] not null constraint report_subscription_recipients check (cardinality(recipients) <= 200),
    channel         text not null default 'in_app' constraint report_subscription_channel check (channel in ('in_app', 'email', 'webhook')),
    webhook_url     text constraint report_subscription_address check (channel <> 'webhook' or webhook_url is not null),
    on_empty        text not null default 'send' constraint report_subscription_on_empty check (on_empty in ('send', 'skip')),
    status          text not null default 'active' constraint report_subscription_status check (status in ('active', 'paused', 'broken')),
    problem         text,
    failures        int not null default 0,
    failure_told_at timestamptz,
    schedule_id     uuid,
    last_run_at     timestamptz,
    created_at      timestamptz not null default clock_timestamp(),
    updated_at      timestamptz not null default clock_timestamp(),
    unique (organization_id, id),
    constraint report_subscription_has_owner foreign key (organization_id, owner_user_id) references app_user (organization_id, id)
);
select keep_history('report_subscription');
create index report_subscription_by_name on report_subscription (organization_id, name) where deleted_at is null;
create index report_subscription_of_owner on report_subscription (organization_id, owner_user_id) where deleted_at is null;

-- Recipients who may not see it: they get nothing, and its owner was told, once, until they may again.
create table report_subscription_refused (
    subscription_id uuid not null references report_subscription on delete cascade,
    user_id         uuid not null references app_user,
    at              timestamptz not null default clock_timestamp(),
    primary key (subscription_id, user_id)
);
alter table report add constraint report_of_subscription_there foreign key (subscription_id) references report_subscription on delete set null not valid;

-- A report of a subscription that fails is its owner's affair: they are told at the first, then once a day; after five in a row it rests.
create function report_subscription_failed() returns trigger language plpgsql as $$
declare
    s report_subscription;
begin
    update report_subscription set failures = failures + 1 where id = new.subscription_id returning * into s;
    if s.failures >= 5 and s.status = 'active' then
        update report_subscription set status = 'broken', problem = s.failures || ' reports in a row failed, the last with: ' || coalesce(new.error, '') where id = s.id;
        update schedule set is_paused = true, updated_at = clock_timestamp() where id = s.schedule_id;
    elsif s.failure_told_at > clock_timestamp() - interval '1 day' then
        return null;
    end if;
    update report_subscription set failure_told_at = clock_timestamp() where id = s.id;
    insert into notification (id, organization_id, user_id, type, title, body)
    select gen_random_uuid(), s.organization_id, u.id, 'report_failed', 'A report was not made: ' || s.name, new.error
      from app_user u
     where u.id = s.owner_user_id and u.is_active and u.deleted_at is null
       and coalesce((select p.mode from notification_preference p where p.user_id = u.id and p.organization_id = s.organization_id and p.channel = 'in_app'
                        and p.event in ('report_failed', '*') order by p.event = '*' limit 1), 'now') <> 'off';
    return null;
end $$;
create trigger subscription_failed after update of status on report for each row
    when (new.status = 'failed' and old.status <> 'failed' and new.subscription_id is not null) execute function report_subscription_failed();
