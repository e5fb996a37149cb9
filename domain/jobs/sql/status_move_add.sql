-- One more legal move; no row when there is no such live status to move to, or it is the same one.
insert into job_status_move (organization_id, from_status_id, to_status_id)
select $1::uuid, $2::uuid, t.id from job_status t where t.id = $3::uuid and t.organization_id = $1::uuid and t.deleted_at is null and t.id <> $2::uuid
on conflict do nothing returning to_status_id
