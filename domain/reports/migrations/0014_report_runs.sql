-- A report whose run ended without making it says so, in the transaction that ended the run, and however that ended:
-- out of attempts, crashed too often, cancelled before or during the work, lost with its worker.
create index report_by_run on report (run_id) where status in ('pending', 'generating');

create function report_run_ended() returns trigger language plpgsql as $$
begin
    update report
       set status = case new.state when 'cancelled' then 'cancelled' else 'failed' end,
           error = coalesce(nullif(new.error_message, ''), 'its run ended as ' || new.state),
           finished_at = clock_timestamp()
     where run_id = new.id and status in ('pending', 'generating');
    return null;
end $$;
create trigger report_run_ended after insert on run_archive
    for each row when (new.kind = 'report.generate' and new.state <> 'succeeded') execute function report_run_ended();

-- Those that were left behind before.
update report r
   set status = 'failed', error = 'its run ended without making it; ask for it again', finished_at = clock_timestamp()
 where status in ('pending', 'generating') and not exists (select from run where run.id = r.run_id);
