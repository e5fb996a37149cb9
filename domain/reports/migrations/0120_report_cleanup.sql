-- The files of reports that expired are taken away by a schedule of every organization. A row says that it has expired before its file goes, and forgets the file's
-- name after that: whoever dies between leaves a row by which the next one finds the file. SPEC 5.
create index report_left_file on report (organization_id, id) where status in ('expired', 'failed', 'cancelled') and file is not null;

create function report_cleanup_begins(organization uuid) returns void language sql as $$
    select begin_schedule(organization, 'Report cleanup', 'report.cleanup', '30 3 * * *', date_trunc('day', clock_timestamp(), 'UTC') + interval '1 day 3 hours 30 minutes')
$$;
create function report_schedules_begin() returns trigger language plpgsql as $$
begin
    perform report_cleanup_begins(new.id);
    return null;
end $$;
create trigger report_schedules after insert on organization for each row execute function report_schedules_begin();
select report_cleanup_begins(id) from organization;
