-- Files of jobs: what is known of each, its bytes lie in the vault under storage_key. SPEC 2, Attachments; SEEDS.md C-37.
create table attachment (
    id uuid primary key, organization_id uuid not null references organization, job_id uuid not null, uploaded_by_user_id uuid not null, filename text not null,
    content_type text not null, size bigint not null constraint attachment_size check (size >= 0), sha256 text not null,
    storage_key text not null constraint attachment_storage_once unique,
    scan_state text not null constraint attachment_scan_state check (scan_state in ('clean', 'unscanned')),
    created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp(),
    constraint attachment_has_job foreign key (organization_id, job_id) references job (organization_id, id),
    constraint attachment_has_uploader foreign key (organization_id, uploaded_by_user_id) references app_user (organization_id, id)
);
select keep_history('attachment', 'job_id');
create index attachment_of_job on attachment (job_id, created_at) where deleted_at is null;

-- Leave to upload, given before the bytes come and spent by what is made of them. Each time bytes come they are a file of their own, so that
-- what is attached stays as it is.
create table attachment_upload (
    storage_key text primary key, organization_id uuid not null references organization, job_id uuid not null references job, user_id uuid not null references app_user,
    filename text not null, size bigint not null, expires_at timestamptz not null, file_key text, received_size bigint, sha256 text, content_type text, scan_state text
);

-- What signs the addresses of downloads where the configuration says nothing: one row, made at first use.
create table attachment_secret (only_one boolean primary key default true check (only_one), secret text not null);
-- Organizations whose files are swept already: the schedule is theirs to change or delete, and is not made again.
create table attachment_sweep (organization_id uuid primary key references organization);
