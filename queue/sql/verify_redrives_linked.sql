-- A redriven run whose source does not say so: it could be redriven a second time. $1 since. Index: run_event_of_run.
with again as (
    select id, redriven_from, created_at from run where redriven_from is not null and created_at >= $1
    union all
    select id, redriven_from, created_at from run_archive where redriven_from is not null and finished_at >= $1 and created_at >= $1
)
select a.id as run_id, a.redriven_from from again a
 where not exists (select 1 from run_event e where e.run_id = a.redriven_from and e.event = 'redriven' and e.detail ->> 'to' = a.id::text)
