-- An address that gets no mail any more. Index: suppression_once.
insert into suppression (organization_id, address, reason, message) values ($1::uuid, lower($2), $3, nullif($4, '')) on conflict (organization_id, address) where deleted_at is null do nothing
