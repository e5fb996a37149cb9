-- What came of one job. Index: primary key.
update job_bulk_row set outcome = $3, told = $4::jsonb where bulk_id = $1::uuid and position = $2::int
