-- An attempt ended without the file, and why; whether there is another is the run's affair (see the trigger report_run_ended).
update report set status = 'pending', error = $2 where run_id = $1::uuid and status = 'generating'
