-- Two live runs under one unique key. Index: run_one_live_per_unique_key.
select organization_id, unique_key, count(*) as runs, string_agg(id::text, ', ') as run_ids from run
 where unique_key is not null group by organization_id, unique_key having count(*) > 1
