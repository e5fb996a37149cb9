-- Moves the rate limit's clock on by what was admitted.
update queue
   set rate_next_at = greatest(coalesce(rate_next_at, '-infinity'), clock_timestamp() - interval '1 second')
                      + make_interval(secs => $2::float8 * 60.0 / rate_per_minute)
 where name = $1 and rate_per_minute is not null
