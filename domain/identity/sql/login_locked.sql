-- For how many seconds more an address is locked. Index: primary key.
select ceil(extract(epoch from locked_until - clock_timestamp()))::int from login_failure where subject = $1 and locked_until > statement_timestamp()
