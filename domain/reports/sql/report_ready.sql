-- The file is there: the row says so in the transaction that ends the run.
update report set status = 'ready', file = $2, bytes = $3, sha256 = $4, rows = $5, finished_at = clock_timestamp() where id = $1
