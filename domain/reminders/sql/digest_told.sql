-- Which notification each digest was, and that what waited for it is told. Index: primary key, reminder_for_digest.
with told as (
    update reminder_digest d set notification_id = x.id from (select u, d, nullif(i, '')::uuid from unnest($2::uuid[], $3::date[], $4::text[]) as y(u, d, i)) as x(user_id, day, id)
     where d.organization_id = $1::uuid and d.user_id = x.user_id and d.day = x.day
)
update reminder k set state = case when x.id is null then 'withdrawn' else 'sent' end, reason = case when x.id is null then 'it was over before the digest' end,
       notification_id = x.id, settled_at = $5::timestamptz
  from (select u, nullif(i, '')::uuid from unnest($2::uuid[], $4::text[]) as y(u, i)) as x(user_id, id)
 where k.organization_id = $1::uuid and k.user_id = x.user_id and k.state = 'digest'
