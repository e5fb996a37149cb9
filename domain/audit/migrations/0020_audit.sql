-- Who changed what, when: one row a change, written by trigger, so that no change is without it. Never updated, never deleted
-- by the product. SPEC 0; SEEDS.md C-40.
create table audit_log (
    id              bigint generated always as identity primary key,
    organization_id uuid not null,
    at              timestamptz not null default clock_timestamp(),
    actor           text not null,
    action          text not null constraint audit_action check (action in ('created', 'updated', 'deleted', 'restored')),
    subject         text not null,
    subject_id      uuid not null,
    parent_id       uuid,
    changed         jsonb not null default '{}',
    reason          text,
    request_id      text
);
create index audit_of_subject on audit_log (organization_id, subject_id, id);
create index audit_of_parent on audit_log (organization_id, parent_id, id) where parent_id is not null;
create index audit_by_time on audit_log (organization_id, at desc, id desc);

-- {"field": [before, after]} of what differs; what nobody should read, or what always changes, is left out.
create function audit_difference(before jsonb, after jsonb) returns jsonb language sql immutable as $$
    select coalesce(jsonb_object_agg(key, jsonb_build_array(before -> key, after -> key)), '{}')
      from (select key from jsonb_object_keys(coalesce(after, before)) key) keys
     where (before -> key) is distinct from (after -> key)
       and not (before is null and after -> key = 'null') and not (after is null and before -> key = 'null')
       and key not in ('id', 'organization_id', 'version', 'created_at', 'updated_at', 'password_hash', 'token_hash', 'secret', 'private_key')
$$;

-- One argument may name the column of the parent in whose history the row belongs (a comment's job).
create function audit_row() returns trigger language plpgsql as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after  jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    shown  jsonb := coalesce(after, before);
    what   jsonb := audit_difference(before, after);
begin
    if tg_op = 'UPDATE' and what = '{}' then return null; end if;
    insert into audit_log (organization_id, actor, action, subject, subject_id, parent_id, changed, reason, request_id)
    values (coalesce(shown ->> 'organization_id', shown ->> 'id')::uuid, coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system'),
            case when tg_op = 'INSERT' then 'created'
                 when tg_op = 'DELETE' or (before ->> 'deleted_at' is null and after ->> 'deleted_at' is not null) then 'deleted'
                 when before ->> 'deleted_at' is not null and after ->> 'deleted_at' is null then 'restored'
                 else 'updated' end,
            tg_table_name, (shown ->> 'id')::uuid, case when tg_nargs > 0 then (shown ->> tg_argv[0])::uuid end, what,
            nullif(current_setting('nightshift.reason', true), ''), nullif(current_setting('nightshift.request', true), ''));
    return null;
end $$;

-- Every change is a new version, so that a client that saw an older one is told.
create function touch_row() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - 'version' - 'updated_at' is distinct from to_jsonb(old) - 'version' - 'updated_at' then
        new.version := old.version + 1;
        new.updated_at := clock_timestamp();
    end if;
    return new;
end $$;

-- Gives a table its version, its soft delete and its history.
create function keep_history(of_table regclass, parent text default null) returns void language plpgsql as $$
begin
    execute format('alter table %s add column if not exists version int not null default 1, add column if not exists deleted_at timestamptz', of_table);
    execute format('create trigger touch before update on %s for each row execute function touch_row()', of_table);
    execute format('create trigger audit after insert or update or delete on %s for each row execute function audit_row(%s)', of_table, coalesce(quote_literal(parent), ''));
end $$;
