-- Takes away a status's list of legal moves; with true for $3 also the moves to it. Index: job_status_move_pkey.
delete from job_status_move where organization_id = $1::uuid and (from_status_id = $2::uuid or ($3::boolean and to_status_id = $2::uuid))
