-- A bulk change is asked for, with its jobs in order; what is older than 90 days is forgotten. Index: job_bulk_by_time, primary keys.
with old as (
    delete from job_bulk where organization_id = $2::uuid and created_at < statement_timestamp() - interval '90 days'
), asked as (
    insert into job_bulk (id, organization_id, action, request, caller, is_dry_run, run_id, jobs)
    values ($1::uuid, $2::uuid, $3, $4::jsonb, $5::jsonb, $6::boolean, $7::uuid, cardinality($8::uuid[])) returning id
)
insert into job_bulk_row (bulk_id, position, job_id) select a.id, j.position, j.id from asked a, unnest($8::uuid[]) with ordinality as j(id, position)
