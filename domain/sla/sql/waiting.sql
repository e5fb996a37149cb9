-- Which organizations have clocks to look at, and when the next threshold is reached. Index: sla_clock_next, sla_touch's primary key.
select coalesce((select string_agg(distinct organization_id::text, ',')
                   from ((select organization_id from sla_clock where next_at <= $1::timestamptz order by next_at limit 1000)
                         union all (select organization_id from sla_touch order by id limit 1000)) w), ''),
       (select min(next_at) from sla_clock where next_at > $1::timestamptz)
