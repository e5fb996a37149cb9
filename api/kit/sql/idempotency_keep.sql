-- The answer, for whoever asks again with the key. Index: primary key.
update idempotency
   set status = $5, location = nullif($6, ''), body = $7
 where organization_id = $1 and actor = $2 and route = $3 and key = $4
