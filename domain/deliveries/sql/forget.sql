-- Forgets mails that ended before $2, $3 at a time, each with what it carried and its tries. What waits and what may have arrived (unknown) stays, and so does what a mail
-- carries that stays: it is what that mail will tell. Index: delivery_ended, delivery_carried, primary keys.
with recursive old as materialized (
    select id from delivery
     where organization_id = $1::uuid and ended_at < $2::timestamptz and carried_by is null and state in ('sent', 'bounced', 'suppressed', 'withdrawn', 'dead')
     order by ended_at limit $3::int for update skip locked
), whole as (
    select id from old
    union
    select c.id from whole w join delivery c on c.carried_by = w.id
), tries as (
    delete from delivery_attempt where delivery_id = any(array(select id from whole))
), gone as (
    delete from delivery where id = any(array(select id from whole)) returning id
)
select (select count(*) from old), (select count(*) from gone)
