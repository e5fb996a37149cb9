-- Reports that were asked for, and the files that were made. The file's name is the report's id: nothing from outside names a file.
create table report (
    id              uuid primary key,
    organization_id uuid not null references organization,
    name            text not null,
    report_type     text not null,
    parameters      jsonb not null default '{}',
    export_format   text not null constraint report_format check (export_format in ('CSV', 'JSON', 'XLSX', 'PDF')),
    status          text not null default 'pending'
                    constraint report_status check (status in ('pending', 'generating', 'ready', 'failed', 'cancelled')),
    run_id          uuid,
    requested_by    text not null,
    file            text,
    bytes           bigint,
    sha256          text,
    rows            bigint,
    error           text,
    created_at      timestamptz not null default clock_timestamp(),
    finished_at     timestamptz,
    constraint report_ready_has_file check (status <> 'ready' or (file is not null and sha256 is not null))
);
create index report_by_time on report (organization_id, created_at desc);
