-- May this delivery go now, over the server $2 (rate $3, $4) and to its domain (rate $5, $6)? Why it waits stands with it. The last: whether it waited for days, and
-- the destination failed as long. No row: it is settled. Index: primary keys.
with d as materialized (
    select d.id, lower(split_part(coalesce(u.email, d.address), '@', 2)) as domain, d.created_at from delivery d left join app_user u on u.id = d.user_id
     where d.id = $1::uuid and d.state in ('intended', 'deferred', 'dead')
), go as materialized (
    select g.*, coalesce(g.failing_since < statement_timestamp() - interval '5 days', false) and d.created_at < statement_timestamp() - interval '5 days' as is_hopeless
      from d, api.mail_may_go(d.id, array[$2, d.domain], array[$3, $5]::float8[], array[$4, $6]::float8[], $7::int, $8::float8) g
), told as (
    update delivery set reason = go.why, due_at = clock_timestamp() + make_interval(secs => go.wait) from go where id = $1::uuid and go.wait > 0
)
select wait, coalesce(why, ''), is_hopeless from go
