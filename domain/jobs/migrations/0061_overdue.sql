-- Jobs that will be late, and those that were. What is watched is a row beside the job, so that looking for what is due costs nothing for what is not, and
-- noticing it neither locks nor changes the job. SPEC 5, Overdue; SEEDS.md C-46.
create table job_due_watch (
    job_id          uuid primary key references job,
    organization_id uuid not null,
    due_at          timestamptz not null
);
create index job_due_next on job_due_watch (due_at, organization_id);

-- Once for each due date of a job, for ever: who is told is decided by this key.
create table job_overdue (
    job_id          uuid not null,
    due_date        timestamptz not null,
    organization_id uuid not null,
    noticed_at      timestamptz not null,
    primary key (job_id, due_date)
);

-- The hourly sweep, made once there is something to sweep; who deletes it means it.
create table default_schedule (
    organization_id uuid not null references organization,
    kind            text not null,
    primary key (organization_id, kind)
);
create function ensure_schedule(organization uuid, title text, of_kind text, expression text, next_at timestamptz) returns void language plpgsql as $$
begin
    if exists (select from default_schedule where organization_id = organization and kind = of_kind) then return; end if;
    insert into default_schedule values (organization, of_kind) on conflict do nothing;
    if not found then return; end if;
    insert into schedule (id, organization_id, name, kind, cron, next_fire_at) values (gen_random_uuid(), organization, title, of_kind, expression, next_at)
    on conflict (organization_id, name) do nothing;
end $$;

create function watch_new_due_dates() returns trigger language plpgsql as $$
begin
    insert into job_due_watch (job_id, organization_id, due_at)
    select f.id, f.organization_id, f.due_date from fresh f join job_status s on s.id = f.job_status_id
     where f.due_date is not null and f.deleted_at is null and f.archived_at is null and s.category not in ('done', 'cancelled');
    perform ensure_schedule(organization_id, 'Overdue jobs', 'overdue.sweep', '@hourly', date_trunc('hour', clock_timestamp()) + interval '1 hour')
       from (select distinct organization_id from fresh where due_date is not null) o;
    return null;
end $$;
create trigger due_watch_new after insert on job referencing new table as fresh for each statement execute function watch_new_due_dates();

create function watch_due_date() returns trigger language plpgsql as $$
begin
    if new.due_date is null or new.deleted_at is not null or new.archived_at is not null
       or exists (select from job_status where id = new.job_status_id and category in ('done', 'cancelled'))
       or exists (select from job_overdue where job_id = new.id and due_date = new.due_date) then
        delete from job_due_watch where job_id = new.id;
        return null;
    end if;
    insert into job_due_watch (job_id, organization_id, due_at) values (new.id, new.organization_id, new.due_date)
    on conflict (job_id) do update set due_at = excluded.due_at where job_due_watch.due_at <> excluded.due_at;
    perform ensure_schedule(new.organization_id, 'Overdue jobs', 'overdue.sweep', '@hourly', date_trunc('hour', clock_timestamp()) + interval '1 hour');
    return null;
end $$;
create trigger due_watch after update on job for each row
    when (old.due_date is distinct from new.due_date or old.job_status_id <> new.job_status_id or old.deleted_at is distinct from new.deleted_at
          or old.archived_at is distinct from new.archived_at) execute function watch_due_date();

-- A status that counts as something else from now on takes its jobs with it.
create function watch_status_category() returns trigger language plpgsql as $$
begin
    if new.category in ('done', 'cancelled') then
        delete from job_due_watch w using job j where j.organization_id = new.organization_id and j.job_status_id = new.id and w.job_id = j.id;
    else
        insert into job_due_watch (job_id, organization_id, due_at)
        select j.id, j.organization_id, j.due_date from job j
         where j.organization_id = new.organization_id and j.job_status_id = new.id and j.due_date is not null and j.deleted_at is null and j.archived_at is null
           and not exists (select from job_overdue o where o.job_id = j.id and o.due_date = j.due_date)
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger due_watch after update on job_status for each row
    when ((old.category in ('done', 'cancelled')) <> (new.category in ('done', 'cancelled'))) execute function watch_status_category();

insert into job_due_watch (job_id, organization_id, due_at)
select j.id, j.organization_id, j.due_date from job j join job_status s on s.id = j.job_status_id
 where j.due_date is not null and j.deleted_at is null and j.archived_at is null and s.category not in ('done', 'cancelled');
select ensure_schedule(organization_id, 'Overdue jobs', 'overdue.sweep', '@hourly', date_trunc('hour', clock_timestamp()) + interval '1 hour')
  from (select distinct organization_id from job_due_watch) o;

-- That a job is late is an event of its own, written by who notices it, for many jobs at once.
drop trigger event on audit_log;
create trigger event after insert on audit_log for each row
    when (not (new.changed ? 'is_overdue') and (new.subject = 'job' or (new.subject in ('comment', 'attachment') and new.action = 'created')))
    execute function event_of_change();

-- Notifications come by the thousand: their events are written with one statement.
drop trigger event on notification;
create function events_of_notifications() returns trigger language plpgsql as $$
begin
    insert into event (organization_id, type, actor, user_id, subject_id)
    select f.organization_id, 'notification', coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system'), f.user_id, f.id from fresh f;
    return null;
end $$;
create trigger event after insert on notification referencing new table as fresh for each statement execute function events_of_notifications();
