-- The jobs of a status in the order of lists: a page of them is read from where it begins, and they are counted from the index alone, as before.
create index job_counted_in_order on job (organization_id, job_status_id, created_at, id) where deleted_at is null;
drop index job_counted;
alter index job_counted_in_order rename to job_counted;
