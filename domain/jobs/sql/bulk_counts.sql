-- How far a bulk change is. Index: primary key.
select count(*) filter (where outcome = 'changed'), count(*) filter (where outcome = 'unchanged'), count(*) filter (where outcome = 'refused'), count(outcome), count(*)
  from job_bulk_row where bulk_id = $1::uuid
