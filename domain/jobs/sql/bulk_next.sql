-- The next jobs of a bulk change that nothing has come of yet. Index: job_bulk_waiting.
select position, job_id from job_bulk_row where bulk_id = $1::uuid and outcome is null order by position limit $2::int
