-- What came of tries: of each its log, and how its delivery stands. Those that were not made after all (empty state) never began. Index: primary keys.
with told as (
    select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::float8[]) as t(id, state, code, message, answer, took_ms, wait)
), log as (
    insert into webhook_attempt (delivery_id, number, state, code, message, answer, took_ms)
    select t.id, d.attempts, case t.state when 'delivered' then 'sent' else 'failed' end, nullif(t.code, 0), nullif(t.message, ''), nullif(t.answer, ''), t.took_ms
      from told t join webhook_delivery d on d.id = t.id where t.state <> ''
    on conflict do nothing
)
update webhook_delivery d
   set state = case when t.state = '' then d.state else t.state end, attempts = d.attempts - case when t.state = '' then 1 else 0 end, began_at = null, code = nullif(t.code, 0),
       reason = case t.state when '' then d.reason when 'delivered' then null else t.message end,
       due_at = case when t.state = 'deferred' then clock_timestamp() + make_interval(secs => t.wait) else d.due_at end,
       ended_at = case when t.state in ('delivered', 'dead', 'withdrawn') then clock_timestamp() end
  from told t where d.id = t.id
