-- What came of a try, and of its delivery. Index: primary keys.
with a as (
    update delivery_attempt set state = $3, code = nullif($4::int, 0), message = nullif($5, ''), exchange = nullif($6, ''), ended_at = clock_timestamp()
     where delivery_id = $1::uuid and number = $2 and state in ('intended', 'leaving')
    returning delivery_id
)
update delivery d set state = $7, reason = case when $7 <> 'sent' then nullif($5, '') end, ended_at = case when $7 = 'deferred' then null else clock_timestamp() end
  from a where d.id = a.delivery_id
