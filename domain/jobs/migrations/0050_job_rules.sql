-- A timer can always be stopped: a log that needs a look may lie over others until somebody has looked.
alter table time_log drop constraint time_log_no_overlap;
alter table time_log add constraint time_log_no_overlap exclude using gist (user_id with =, tstzrange(start_time, end_time) with &&)
    where (deleted_at is null and end_time is not null and not needs_review);

-- How many jobs are in each status, from the index alone.
create index job_counted on job (organization_id, job_status_id) where deleted_at is null;
drop index job_by_status;
