-- Nothing was done under the key: it may be used again. Index: primary key.
delete from idempotency
 where organization_id = $1 and actor = $2 and route = $3 and key = $4 and status is null
