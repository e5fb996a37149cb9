-- Mutes or resolves a group, with a note.
update dead_group
   set is_muted = coalesce($3::boolean, is_muted), resolved_at = case when $4::boolean then clock_timestamp() else resolved_at end, note = coalesce(nullif($5, ''), note)
 where id = $1 and organization_id = $2
returning id
