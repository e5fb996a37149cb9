-- Reports of what each person sees: in whose sight they are made (null: nobody's own, as far as the permissions say), what was asked whole, so that
-- the same question asked twice at once is answered by one run, and until when the file is kept.
alter table report add column viewer_user_id uuid, add column viewer_permissions text[] not null default '{*}', add column question text, add column began_at timestamptz,
    add column expires_at timestamptz, add column subscription_id uuid,
    drop constraint report_format, add constraint report_format check (export_format in ('CSV', 'JSON', 'XLSX', 'PDF', 'HTML')) not valid,
    drop constraint report_status, add constraint report_status check (status in ('pending', 'generating', 'ready', 'failed', 'cancelled', 'expired')) not valid;
alter table report validate constraint report_format;
alter table report validate constraint report_status;
-- Those of before keep their files for another month.
update report set expires_at = clock_timestamp() + interval '30 days' where status = 'ready';
create index report_asked on report (organization_id, question) where status in ('pending', 'generating');
create index report_expiry on report (expires_at) where status = 'ready';
create index report_of_subscription on report (subscription_id, created_at desc) where subscription_id is not null;
create index time_log_by_start on time_log (organization_id, start_time) where deleted_at is null and end_time is not null;

-- Who joins a question holds one of its reports: whoever ends the run waits for them, and then finds theirs too.
create or replace function report_run_ended() returns trigger language plpgsql as $$
begin
    perform from report where run_id = new.id and status in ('pending', 'generating') order by id for update;
    update report
       set status = case new.state when 'cancelled' then 'cancelled' else 'failed' end,
           error = coalesce(nullif(new.error_message, ''), 'its run ended as ' || new.state),
           finished_at = clock_timestamp()
     where run_id = new.id and status in ('pending', 'generating');
    return null;
end $$;
