-- What was asked, held so that no two attempts work on it at once. Index: primary key.
select request::text, caller::text, is_dry_run, jobs, organization_id from job_bulk where id = $1::uuid for update
