-- A run for a destination. Index: primary key.
select webhook_run($1::uuid, $2::uuid)
