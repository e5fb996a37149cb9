-- Files that reports have no more use for, $3 at a time after $2: of expired ones, and what a run left that failed. Held, so that no other run gives a file the same
-- name meanwhile. Index: report_left_file.
select id, file, coalesce(bytes, 0) from report
 where organization_id = $1::uuid and id > $2::uuid and status in ('expired', 'failed', 'cancelled') and file is not null order by id limit $3::int for update skip locked
