-- By channel: what has not reached anybody yet, counted no further than $1, and how many destinations are left alone now.
-- Caller: Standing, when somebody scrapes. Index: delivery_open, webhook_delivery_open; there are few destinations.
select 'mail', (select count(*) from (select from delivery where state in ('intended', 'deferred') limit $1) d),
       (select count(*) from mail_destination where open_until > statement_timestamp())
union all
select 'webhook', (select count(*) from (select from webhook_delivery where state in ('intended', 'deferred') limit $1) d),
       (select count(*) from webhook_lane where open_until > statement_timestamp())
