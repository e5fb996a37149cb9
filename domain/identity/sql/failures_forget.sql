-- Forgets wrong passwords of before $1 that lock nobody any more.
delete from login_failure where first_at < $1::timestamptz and coalesce(locked_until, first_at) < $1::timestamptz
