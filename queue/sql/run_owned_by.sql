-- Whether a run belongs to one of these people. Index: primary key.
select 1 from run_owner where run_id = $1 and organization_id = $2 and user_id = any($3::uuid[])
