-- Every lane of these queues.
select queue, organization_id, priority from run_lane where queue = any($1::text[])
