-- What differs is found by a plan that a session keeps: a function in SQL is parsed and planned again in each transaction, which was a tenth of
-- what it takes to make a job. What nobody should read, or what always changes, is left out, as before.
create or replace function audit_difference(before jsonb, after jsonb) returns jsonb language plpgsql immutable as $$
begin
    return (select coalesce(jsonb_object_agg(key, jsonb_build_array(before -> key, after -> key)), '{}')
              from jsonb_each(coalesce(after, before))
             where key not in ('id', 'organization_id', 'version', 'created_at', 'updated_at', 'status_since', 'unassigned_since',
                               'password_hash', 'token_hash', 'secret', 'private_key')
               and case when before is null or after is null then value <> 'null' else value is distinct from before -> key end);
end $$;

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
