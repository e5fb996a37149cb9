-- The clock that decides what is due: every process sees the same.
select clock_timestamp()
