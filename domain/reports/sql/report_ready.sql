-- The file is made: the row says so in the transaction that ends the run. No row: the report is gone, or the run ($2, epoch $3) is
-- not ours any more. Locks the run, so that from here on it can't be taken from us; then the report.
with ours as (
    select id from run where id = $2 and epoch = $3 and state = 'running' for update
)
update report r
   set status = 'ready', file = $4, bytes = $5, sha256 = $6, rows = $7, finished_at = clock_timestamp()
  from ours
 where r.id = $1 and r.status = 'generating'
returning r.id
