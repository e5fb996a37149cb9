-- What goes out to people. Whatever makes a notification, its mail is made in the same transaction: by trigger, with the run that sends it.
-- SPEC 5, Notifications; SEEDS.md 5.3; docs/explanation/unknown-outcomes.md.

-- What the triggers need to know of the configuration, written when serving starts. No row: the channel is off, and nothing is made for it.
create table delivery_setup (channel text primary key constraint delivery_setup_channel check (channel in ('email', 'in_app')), collect interval not null, digest_at time not null);

-- A mail, or a notification's share in one. Its id is the key that stays the same at each try: Message-ID.
create table delivery (
    id              uuid primary key,
    organization_id uuid not null references organization,
    channel         text not null constraint delivery_channel check (channel in ('email', 'in_app')),
    user_id         uuid references app_user,
    address         text not null,
    event           text not null,               -- the type of the notification, or what its sender calls it
    mode            text not null default 'now' constraint delivery_mode check (mode in ('now', 'digest')),
    notification_id uuid references notification,
    message         jsonb,                        -- what a mail without a notification says
    subject         text not null default '',     -- those to one person about the same become one mail
    state           text not null default 'intended' constraint delivery_state check (state in
                    ('intended', 'sent', 'deferred', 'bounced', 'suppressed', 'withdrawn', 'carried', 'unknown', 'dead')),
    reason          text,
    attempts        int not null default 0,
    carried_by      uuid references delivery,     -- told in that one's mail
    due_at          timestamptz not null,
    created_at      timestamptz not null default clock_timestamp(),
    ended_at        timestamptz,
    constraint delivery_says_something check ((notification_id is null) = (message is not null))
);
create index delivery_open on delivery (user_id, subject, due_at) where state in ('intended', 'deferred');
create index delivery_by_time on delivery (organization_id, created_at desc);
create index delivery_of_user on delivery (user_id, created_at desc);
create index delivery_of_notification on delivery (notification_id) where notification_id is not null;
create index delivery_carried on delivery (carried_by) where carried_by is not null;

-- The ledger of effects: a row a try, written before anything leaves this process and again before what makes the other side take it.
-- intended: nothing left. leaving: the last byte may have. Whoever finds a row like that of a worker that is gone knows which it was.
create table delivery_attempt (
    delivery_id uuid not null references delivery,
    number      int not null,
    run_id      uuid not null,
    state       text not null constraint delivery_attempt_state check (state in ('intended', 'leaving', 'sent', 'failed', 'unknown')),
    code        int,
    message     text,
    exchange    text,
    began_at    timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,
    primary key (delivery_id, number)
);

-- Addresses that get no mail any more, whoever they belong to.
create table suppression (
    id uuid primary key default gen_random_uuid(), organization_id uuid not null references organization, address text not null,
    reason text not null constraint suppression_reason check (reason in ('bounced', 'unsubscribed')), message text,
    created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp()
);
select keep_history('suppression');
create unique index suppression_once on suppression (organization_id, address) where deleted_at is null;

-- What signs the addresses that end mails with one click: one row, made at first use.
create table delivery_secret (only_one boolean primary key default true check (only_one), secret text not null);

-- Told by mail, and not here: whoever wants it so.
alter table notification add column is_shown boolean not null default true;
drop trigger event on notification;
create or replace function events_of_notifications() returns trigger language plpgsql as $$
begin
    insert into event (organization_id, type, actor, user_id, subject_id)
    select f.organization_id, 'notification', coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system'), f.user_id, f.id from fresh f where f.is_shown;
    return null;
end $$;
create trigger event after insert on notification referencing new table as fresh for each statement execute function events_of_notifications();

-- The next time a clock in that zone shows this hour. A zone that PostgreSQL does not know counts as UTC.
create function next_hour_in(zone text, hour time) returns timestamptz language plpgsql stable as $$
declare wall timestamp;
begin
    wall := clock_timestamp() at time zone zone;
    return (wall::date + hour + case when wall::time >= hour then interval '1 day' else interval '0' end) at time zone zone;
exception when invalid_parameter_value then
    return next_hour_in('UTC', hour);
end $$;

create function deliver_notifications() returns trigger language plpgsql as $$
declare mail delivery_setup;
begin
    select * into mail from delivery_setup where channel = 'email';
    if not found then return null; end if;
    with wanted as materialized (
        select gen_random_uuid() as id, n.id as notification_id, n.organization_id, n.user_id, n.type, u.email, m.mode,
               case m.mode when 'digest' then '' else coalesce(n.job_id::text, n.type) end as subject,
               case m.mode when 'digest' then next_hour_in(u.time_zone, mail.digest_at) else clock_timestamp() + mail.collect end as due_at
          from made n
          join app_user u on u.id = n.user_id and u.is_active and u.deleted_at is null
         cross join lateral (select coalesce((select p.mode from notification_preference p
                                               where p.user_id = n.user_id and p.organization_id = n.organization_id and p.channel = 'email' and p.event in (n.type, '*')
                                               order by p.event = '*' limit 1), 'now') as mode) m
         where m.mode <> 'off' and n.type <> 'mail_bounced'
    ), kept as (
        insert into delivery (id, organization_id, channel, user_id, address, event, mode, notification_id, subject, due_at)
        select id, organization_id, 'email', user_id, email, type, mode, notification_id, subject, due_at from wanted
    ), lane as (
        insert into run_lane (queue, organization_id, priority)
        select distinct 'notifications', w.organization_id, 2 from wanted w
         where not exists (select from run_lane l where l.queue = 'notifications' and l.organization_id = w.organization_id and l.priority = 2)
        on conflict do nothing
    )
    insert into run (id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, ready_at, created_at, origin, args)
    select gen_random_uuid(), organization_id, 'notification.deliver', 'notifications', 'scheduled', 2, 20, 1200000, due_at, clock_timestamp(), 'handler',
           jsonb_build_object('delivery_id', id)
      from wanted;
    return null;
end $$;
create trigger deliver after insert on notification referencing new table as made for each statement execute function deliver_notifications();

-- A mail whose run ended without sending it says so, in the transaction that ended the run.
create function delivery_run_ended() returns trigger language plpgsql as $$
begin
    update delivery
       set state = case new.state when 'cancelled' then 'withdrawn' else 'dead' end, ended_at = clock_timestamp(),
           reason = coalesce(nullif(new.error_message, ''), 'its run ended as ' || new.state)
     where id = (new.args ->> 'delivery_id')::uuid and state in ('intended', 'deferred');
    return null;
end $$;
create trigger delivery_run_ended after insert on run_archive
    for each row when (new.kind = 'notification.deliver' and new.state <> 'succeeded') execute function delivery_run_ended();
