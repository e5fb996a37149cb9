-- A definition that somebody may subscribe to: their own, or a shared one; $3 null: any. What it asks, and with what. Index: primary key.
select d.source, d.parameters::text from report_definition d
 where d.id = $2::uuid and d.organization_id = $1::uuid and d.deleted_at is null and ($3::uuid is null or d.is_shared or d.owner_user_id = $3::uuid)
