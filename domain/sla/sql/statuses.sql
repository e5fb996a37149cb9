-- What each status does to clocks, deleted ones too: jobs were in them. Index: foreign key's.
select s.id, s.category, s.pauses_sla from job_status s where s.organization_id = $1::uuid
