-- A bulk change as it is shown, with what came of its jobs; $3: only these outcomes, '' for all. Index: primary keys.
select json_build_object('id', b.id, 'action', b.action, 'dry_run', b.is_dry_run, 'run_id', b.run_id,
           'state', coalesce((select r.state from run r where r.id = b.run_id), (select a.state from run_archive a where a.id = b.run_id), 'succeeded'),
           'reason', b.request -> 'reason', 'matched', b.jobs,
           'changed', (select count(*) from job_bulk_row w where w.bulk_id = b.id and w.outcome = 'changed'),
           'unchanged', (select count(*) from job_bulk_row w where w.bulk_id = b.id and w.outcome = 'unchanged'),
           'refused', (select count(*) from job_bulk_row w where w.bulk_id = b.id and w.outcome = 'refused'),
           'waiting', (select count(*) from job_bulk_row w where w.bulk_id = b.id and w.outcome is null),
           'created_at', b.created_at,
           'results', coalesce((select json_agg(p.told order by p.position) from (select w.told, w.position from job_bulk_row w
                                  where w.bulk_id = b.id and w.outcome is not null and ($3 = '' or w.outcome = $3) order by w.position limit $4::int offset $5::int) p), '[]'))::text
  from job_bulk b where b.id = $1::uuid and b.organization_id = $2::uuid
