-- It serves it no more. Index: primary key.
update webhook_lane set holder = null, held_until = null where webhook_id = $1::uuid and holder = $2::uuid
