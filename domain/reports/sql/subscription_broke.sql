-- A subscription can't go on until somebody has mended it, and why; its schedule rests. Nothing when it was known. Index: primary keys.
with broken as (
    update report_subscription set status = 'broken', problem = $2 where id = $1::uuid and status = 'active' returning schedule_id, owner_user_id, name
), rests as (
    update schedule c set is_paused = true, updated_at = clock_timestamp() from broken b where c.id = b.schedule_id
)
select owner_user_id, name from broken
