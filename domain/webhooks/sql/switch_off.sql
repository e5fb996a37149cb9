-- A destination that is gone, or failed for days, is asked no more. Index: primary key.
update webhook set is_active = false, ended_because = $2 where id = $1::uuid and is_active returning organization_id, name
