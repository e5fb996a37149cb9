-- The runs that an action is for, oldest first, and how many there are in all, counted no further than 10,000: for a cancel those that
-- live, for a retry those that ended badly and were not tried again yet. Index: as run_list; run_event_of_run.
with matching as materialized (
    select r.id from api.run r
      where r.organization_id = $1
        and ($2 = '' or r.state = $2) and ($3 = '' or r.kind = $3) and ($4 = '' or r.queue = $4) and ($5 = '' or r.schedule_id::text = $5)
        and ($6 = '' or r.error_class = $6) and ($7 = '' or r.created_at >= nullif($7, '')::timestamptz)
        and ($8 = '' or r.created_at < nullif($8, '')::timestamptz) and ($9 = '' or position(lower($9) in lower(r.error_message)) > 0)
        and case $10 when 'cancel' then r.finished_at is null and r.cancel_requested_at is null
                     else r.state in ('dead', 'cancelled')
                          and not exists (select 1 from run_event e where e.run_id = r.id and e.event = 'redriven') end
      limit 10000
)
select id, (select count(*) from matching) from matching order by id limit $11::int
