-- An attempt ended without the file, and why; whether there is another is the run's affair (see the trigger report_run_ended).
update report set status = 'pending', error = $3 where id = $1 and run_id = $2 and status = 'generating'
