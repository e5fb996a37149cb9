-- Other systems hear of events: each destination has its deliveries in the order of what happened. SPEC 5, Events; Standard Webhooks 1.0.0.
create table webhook (
    id uuid primary key, organization_id uuid not null references organization, name text not null, url text not null,
    format text not null default 'standard' constraint webhook_format check (format in ('standard', 'slack')),
    events text[] not null default '{*}', is_active boolean not null default true, per_second int not null default 0, ended_because text,
    created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    unique (organization_id, id)
);
select keep_history('webhook');
create index webhook_of_organization on webhook (organization_id) where is_active and deleted_at is null;

-- What signs; an old one goes on signing beside the new until it expires. Apart, so that no history holds it.
create table webhook_secret (webhook_id uuid not null references webhook on delete cascade, made_at timestamptz not null default clock_timestamp(), secret text not null,
                             expires_at timestamptz, primary key (webhook_id, made_at));

-- One worker at a time serves a destination, and how the destination does. Apart, so that its ups and downs are no history of the webhook.
create table webhook_lane (
    webhook_id uuid primary key references webhook on delete cascade, holder uuid, held_until timestamptz, failures int not null default 0,
    failing_since timestamptz, open_until timestamptz
);

create table webhook_delivery (
    id              uuid primary key,               -- webhook-id: the same at each try
    seq             bigint generated always as identity,
    organization_id uuid not null references organization,
    webhook_id      uuid not null,
    event           text not null,
    body            text not null,                   -- the same bytes at each try
    state           text not null default 'intended' constraint webhook_delivery_state check (state in ('intended', 'delivered', 'deferred', 'withdrawn', 'dead')),
    attempts        int not null default 0,
    code            int,
    reason          text,
    due_at          timestamptz not null default clock_timestamp(),
    began_at        timestamptz,                     -- of a try of which nothing is known yet
    created_at      timestamptz not null default clock_timestamp(),
    ended_at        timestamptz,
    constraint webhook_delivery_has_webhook foreign key (organization_id, webhook_id) references webhook (organization_id, id)
);
create index webhook_delivery_open on webhook_delivery (webhook_id, due_at, seq) where state in ('intended', 'deferred');
create index webhook_delivery_by_time on webhook_delivery (webhook_id, seq desc);
create table webhook_attempt (
    delivery_id uuid not null references webhook_delivery on delete cascade, number int not null, state text not null constraint webhook_attempt_state check (state in ('sent', 'failed', 'unknown')),
    code int, message text, answer text, took_ms int, at timestamptz not null default clock_timestamp(), primary key (delivery_id, number)
);

-- The run that serves a destination: one for each in a transaction. It may find that another serves it: then that one looks once more before it ends.
create function webhook_run(organization uuid, hook uuid) returns void language plpgsql as $$
declare known text := coalesce(current_setting('nightshift.webhooks', true), '');
begin
    if position(hook::text in known) > 0 then return; end if;
    perform set_config('nightshift.webhooks', known || ' ' || hook, true);
    insert into run_lane (queue, organization_id, priority)
    select 'integrations', organization, 2 where not exists (select from run_lane l where l.queue = 'integrations' and l.organization_id = organization and l.priority = 2)
    on conflict do nothing;
    insert into run (id, organization_id, kind, queue, state, priority, max_attempts, timeout_ms, ready_at, created_at, origin, args)
    values (gen_random_uuid(), organization, 'webhook.deliver', 'integrations', 'ready', 2, 20, 600000, clock_timestamp(), clock_timestamp(), 'handler',
            jsonb_build_object('webhook_id', hook));
end $$;

create function webhooks_of_events() returns trigger language plpgsql as $$
declare one record;
begin
    for one in
        select w.id, w.organization_id from made e join webhook w on w.organization_id = e.organization_id and w.is_active and w.deleted_at is null
         where e.type = any(w.events) or ('*' = any(w.events) and e.user_id is null)
         group by w.id, w.organization_id order by w.id
    loop
        insert into webhook_delivery (id, organization_id, webhook_id, event, body)
        select gen_random_uuid(), e.organization_id, one.id, e.type,
               jsonb_build_object('type', e.type, 'timestamp', e.at, 'data', (f.frame::jsonb -> 'data') || jsonb_build_object('event_id', e.id, 'actor', e.actor))::text
          from made e join api.event f on f.id = e.id join webhook w on w.id = one.id
         where e.organization_id = one.organization_id and (e.type = any(w.events) or ('*' = any(w.events) and e.user_id is null))
         order by e.id;
        perform webhook_run(one.organization_id, one.id);
    end loop;
    return null;
end $$;
create trigger webhooks after insert on event referencing new table as made for each statement execute function webhooks_of_events();
