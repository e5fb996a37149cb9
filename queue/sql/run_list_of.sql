-- Runs of some people of an organization, newest first; an empty text is no filter. Index: run_owner_of_user, then primary keys of the live table and of each partition.
with page as (
    select r.id, r.kind, r.queue, r.state, r.priority, r.epoch, r.attempt, r.max_attempts, r.created_at, r.ready_at, r.started_at, r.finished_at, r.error_class, r.error_message
      from run_owner o
      join api.run r on r.id = o.run_id and r.organization_id = o.organization_id
     where o.organization_id = $1 and o.user_id = any($12::uuid[])
       and ($2 = '' or r.state = $2) and ($3 = '' or r.kind = $3) and ($4 = '' or r.queue = $4) and ($5 = '' or r.schedule_id::text = $5)
       and ($6 = '' or r.error_class = $6) and ($7 = '' or r.created_at >= nullif($7, '')::timestamptz)
       and ($8 = '' or r.created_at < nullif($8, '')::timestamptz) and ($9 = '' or position(lower($9) in lower(r.error_message)) > 0)
     order by o.run_id desc limit $10::int offset $11::int
)
select coalesce(jsonb_agg(to_jsonb(p)), '[]')::text from page p
