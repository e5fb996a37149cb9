-- What is due and in which status, from the index alone; and lists in the order of what is due.
create index job_due_status on job (organization_id, due_date) include (job_status_id) where deleted_at is null and completed_at is null and due_date is not null;
drop index job_due;
alter index job_due_status rename to job_due;
create index job_by_due on job (organization_id, due_date, id) where deleted_at is null;
