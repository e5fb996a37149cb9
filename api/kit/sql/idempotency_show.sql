-- What is known of a key: whose request it was, and the answer, null while there is none. Index: primary key.
select request_hash, status, location, body
  from idempotency
 where organization_id = $1 and actor = $2 and route = $3 and key = $4
