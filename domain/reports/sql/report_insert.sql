-- A report is asked for; its run is submitted in the same transaction.
insert into report (id, organization_id, name, report_type, parameters, export_format, run_id, requested_by)
values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
