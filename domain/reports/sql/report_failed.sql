-- No file came of it.
update report set status = $2, error = $3, finished_at = clock_timestamp() where id = $1 and status <> 'ready'
