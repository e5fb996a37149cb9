-- Asked for each new job; most often the answer is that there is nothing to do.
create or replace function watch_new_due_dates() returns trigger language plpgsql as $$
begin
    insert into job_due_watch (job_id, organization_id, due_at)
    select f.id, f.organization_id, f.due_date from fresh f join job_status s on s.id = f.job_status_id
     where f.due_date is not null and f.deleted_at is null and f.archived_at is null and s.category not in ('done', 'cancelled');
    perform ensure_schedule(organization_id, 'Overdue jobs', 'overdue.sweep', '@hourly', date_trunc('hour', clock_timestamp()) + interval '1 hour')
       from (select distinct organization_id from fresh f where due_date is not null
                and not exists (select from default_schedule d where d.organization_id = f.organization_id and d.kind = 'overdue.sweep')) o;
    return null;
end $$;
