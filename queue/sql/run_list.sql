-- Runs of an organization, newest first; an empty text is no filter. Index: run_archive_by_time, and the primary key of the live table, whose ids grow with time.
with found as (
    (select r.* from api.run r
      where r.organization_id = $1 and r.finished_at is null
        and ($2 = '' or r.state = $2) and ($3 = '' or r.kind = $3) and ($4 = '' or r.queue = $4) and ($5 = '' or r.schedule_id::text = $5)
        and ($6 = '' or r.error_class = $6) and ($7 = '' or r.created_at >= nullif($7, '')::timestamptz)
        and ($8 = '' or r.created_at < nullif($8, '')::timestamptz) and ($9 = '' or position(lower($9) in lower(r.error_message)) > 0)
      order by r.id desc limit $10::int + $11::int)
    union all
    (select r.* from api.run r
      where r.organization_id = $1 and r.finished_at is not null
        and ($2 = '' or r.state = $2) and ($3 = '' or r.kind = $3) and ($4 = '' or r.queue = $4) and ($5 = '' or r.schedule_id::text = $5)
        and ($6 = '' or r.error_class = $6) and ($7 = '' or r.created_at >= nullif($7, '')::timestamptz)
        and ($8 = '' or r.created_at < nullif($8, '')::timestamptz) and ($9 = '' or position(lower($9) in lower(r.error_message)) > 0)
      order by r.finished_at desc limit $10::int + $11::int)
), page as (
    select id, kind, queue, state, priority, epoch, attempt, max_attempts, created_at, ready_at, started_at, finished_at, error_class, error_message
      from found order by coalesce(finished_at, 'infinity') desc, created_at desc, id desc limit $10::int offset $11::int
)
select coalesce(jsonb_agg(to_jsonb(p)), '[]')::text from page p
