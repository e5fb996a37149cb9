-- Holds a job while something is added to it. What it is now is read after that, by a statement that sees who held it before. Index: primary key.
select id from job where id = $2::uuid and organization_id = $1::uuid and deleted_at is null for update
