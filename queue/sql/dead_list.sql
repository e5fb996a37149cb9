-- Groups of dead runs, latest first. Index: dead_group_once.
select coalesce(jsonb_agg(row), '[]')::text from (
    select to_jsonb(g) - 'organization_id' as row from dead_group g where g.organization_id = $1 and ($2 or g.resolved_at is null)
     order by g.last_seen_at desc limit $3 offset $4) rows
