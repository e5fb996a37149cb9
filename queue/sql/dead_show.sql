-- One group of dead runs with its latest ones. Index: run_archive_dead, run_event_of_run.
select (to_jsonb(g) - 'organization_id' || jsonb_build_object('runs', coalesce((
           select jsonb_agg(to_jsonb(r)) from (
               select a.id, a.attempt, a.finished_at, a.error_message,
                      exists (select 1 from run_event e where e.run_id = a.id and e.event = 'redriven') as is_redriven
                 from run_archive a
                where a.organization_id = g.organization_id and a.fingerprint = g.fingerprint and a.state = 'dead'
                order by a.finished_at desc limit 20) r), '[]')))::text
  from dead_group g where g.id = $1 and g.organization_id = $2
