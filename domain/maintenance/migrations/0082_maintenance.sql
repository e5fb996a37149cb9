-- Tidying up, by default schedules of every organization. Jobs that were closed long ago are archived; one that goes on is not archived any more. SPEC 5; SEEDS.md C-41.
create index job_closed on job (organization_id, completed_at) where completed_at is not null and archived_at is null and deleted_at is null;
create function job_unarchive() returns trigger language plpgsql as $$
begin
    new.archived_at := null;
    return new;
end $$;
create trigger unarchive before update of job_status_id on job for each row
    when (old.archived_at is not null and new.job_status_id is distinct from old.job_status_id) execute function job_unarchive();

create function maintenance_begins(organization uuid) returns void language sql as $$
    select begin_schedule(organization, s.name, s.kind, s.cron, s.first)
      from (select date_trunc('day', clock_timestamp(), 'UTC') + interval '1 day' as tomorrow, date_trunc('week', clock_timestamp(), 'UTC') + interval '6 days' as sunday) d,
           lateral (values ('Archive old jobs', 'job.cleanup', '20 3 * * SUN', case when d.sunday < clock_timestamp() then d.sunday + interval '7 days' else d.sunday end + interval '3 hours 20 minutes'),
                           ('Session cleanup', 'session.cleanup', '40 3 * * *', d.tomorrow + interval '3 hours 40 minutes'),
                           ('Run retention', 'run.retention', '50 3 * * *', d.tomorrow + interval '3 hours 50 minutes'),
                           ('Forgotten timers', 'timer.sweep', '7 * * * *', date_trunc('hour', clock_timestamp()) + interval '1 hour 7 minutes')) as s(name, kind, cron, first)
$$;
create function maintenance_schedules_begin() returns trigger language plpgsql as $$
begin
    perform maintenance_begins(new.id);
    return null;
end $$;
create trigger maintenance_schedules after insert on organization for each row execute function maintenance_schedules_begin();
select maintenance_begins(id) from organization;
