-- What is overdue in the demo has been so for long: everybody knows. Index: job_due_next.
with gone as (
    delete from job_due_watch where organization_id = $1::uuid and due_at <= statement_timestamp() returning job_id, due_at, organization_id
)
insert into job_overdue (job_id, due_date, organization_id, noticed_at) select job_id, due_at, organization_id, due_at from gone on conflict do nothing
