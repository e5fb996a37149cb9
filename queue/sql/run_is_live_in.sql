-- Does it live in this organization? Index: primary key.
select 1 from run where id = $1 and organization_id = $2
