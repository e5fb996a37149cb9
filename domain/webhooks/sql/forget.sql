-- Forgets deliveries that ended before $2, $3 at a time, with their tries; what waits stays. Index: webhook_delivery_ended, primary keys.
with old as (
    select id from webhook_delivery
     where organization_id = $1::uuid and ended_at < $2::timestamptz and state in ('delivered', 'withdrawn', 'dead') order by ended_at limit $3::int for update skip locked
), gone as (
    delete from webhook_delivery where id = any(array(select id from old)) returning id
)
select (select count(*) from old), (select count(*) from gone)
