-- What happened, for those who listen: written in the transaction of the change itself, kept for a week. SPEC 5, Events; SEEDS.md C-51.
create table event (
    id              bigint generated always as identity primary key,
    organization_id uuid not null,
    at              timestamptz not null default clock_timestamp(),
    type            text not null,
    actor           text not null,
    job_id          uuid,                        -- seen by who sees this job
    user_id         uuid,                        -- seen by this person only
    needs           text,                        -- and only with this permission
    subject_id      uuid,
    data            jsonb not null default '{}'
);
create index event_by_time on event (at);

create function event_of_change() returns trigger language plpgsql as $$
declare
    job   uuid := case when new.subject = 'job' then new.subject_id else new.parent_id end;
    told  jsonb := case when new.subject = 'job' and new.action = 'updated' then jsonb_build_object('changed', new.changed - 'description') else '{}' end;
    needs text := case when new.subject = 'comment' and new.changed -> 'is_internal' ->> 1 = 'true' then 'comment.create' end;
    kind  text;
begin
    foreach kind in array case
        when new.subject = 'comment' then array['comment_added']
        when new.subject = 'attachment' then array['attachment_added']
        when new.action = 'created' then array_remove(array['job_created', case when new.changed ? 'assigned_to_user_id' then 'job_assigned' end], null)
        when new.action = 'deleted' then array['job_deleted']
        when new.changed ?| array['job_status_id', 'assigned_to_user_id'] then array_remove(array[
            case when new.changed ? 'assigned_to_user_id' then 'job_assigned' end,
            case when new.changed ? 'job_status_id' then 'job_status_changed' end,
            case when new.changed ? 'job_status_id' and new.changed -> 'completed_at' ->> 1 is not null then 'job_completed' end], null)
        else array['job_updated'] end
    loop
        insert into event (organization_id, type, actor, job_id, needs, subject_id, data) values (new.organization_id, kind, new.actor, job, needs, new.subject_id, told);
    end loop;
    return null;
end $$;
create trigger event after insert on audit_log for each row
    when (new.subject = 'job' or (new.subject in ('comment', 'attachment') and new.action = 'created')) execute function event_of_change();

create function event_of_notification() returns trigger language plpgsql as $$
begin
    insert into event (organization_id, type, actor, user_id, subject_id) values (new.organization_id, 'notification',
        coalesce(nullif(current_setting('nightshift.actor', true), ''), 'system'), new.user_id, new.id);
    return null;
end $$;
create trigger event after insert on notification for each row execute function event_of_notification();

-- Who asked for a report hears of it; of one that nobody asked for, who sees them all.
create function event_of_report() returns trigger language plpgsql as $$
begin
    insert into event (organization_id, type, actor, user_id, needs, subject_id, data)
    values (new.organization_id, 'report_' || new.status, 'system', case when new.requested_by like 'user:%' then substr(new.requested_by, 6)::uuid end,
            'reports.see', new.id, jsonb_build_object('report_id', new.id, 'name', new.name, 'report_type', new.report_type));
    return null;
end $$;
create trigger event after update of status on report for each row
    when (new.status in ('ready', 'failed') and old.status is distinct from new.status) execute function event_of_report();
