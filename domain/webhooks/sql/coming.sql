-- Seconds until the next delivery of a destination may be tried; null when there is none. Index: webhook_delivery_open.
select extract(epoch from greatest((select due_at from webhook_delivery where webhook_id = $1::uuid and state in ('intended', 'deferred') order by due_at limit 1),
                                   coalesce(l.open_until, '-infinity')) - clock_timestamp())::float8
  from webhook_lane l
 where l.webhook_id = $1::uuid and exists (select from webhook_delivery where webhook_id = $1::uuid and state in ('intended', 'deferred'))
