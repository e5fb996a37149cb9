-- A try failed for what the destination $1 said ($3). Once too often, and it is left alone: for $4[1] seconds, longer with each try after. Tries that were under way when
-- that began count no more. Index: primary key.
insert into mail_destination as m (name, failures, failing_since, reason) values ($1, 1, clock_timestamp(), $3)
on conflict (name) do update
   set failures = m.failures + 1, failing_since = coalesce(m.failing_since, clock_timestamp()), reason = excluded.reason, probed_by = null, probed_until = null,
       open_until = case when m.failures + 1 >= $2::int
                         then clock_timestamp() + make_interval(secs => ($4::float8[])[least(m.failures + 2 - $2::int, cardinality($4::float8[]))]) end
 where m.open_until is null or m.open_until <= statement_timestamp()
