-- Who watches a job is part of its history, as everything else is.
alter table job_watcher add column id uuid not null default gen_random_uuid();
create trigger audit after insert or delete on job_watcher for each row execute function audit_row('job_id');
create index job_watcher_of_user on job_watcher (user_id);
