-- How many mails ended before $2, and what they carried. Index: delivery_ended, delivery_carried.
with recursive whole as (
    select id from delivery
     where organization_id = $1::uuid and ended_at < $2::timestamptz and carried_by is null and state in ('sent', 'bounced', 'suppressed', 'withdrawn', 'dead')
    union
    select c.id from whole w join delivery c on c.carried_by = w.id
)
select count(*) from whole
