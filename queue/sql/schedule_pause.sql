-- Pausing keeps the cursor; what was missed is dealt with by the misfire policy after resuming.
update schedule set is_paused = $3, updated_at = clock_timestamp() where id = $1 and organization_id = $2 returning id
