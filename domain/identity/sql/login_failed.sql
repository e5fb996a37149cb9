-- One more wrong password; after $2 of them within 15 minutes the address is locked for 15 minutes. Index: primary key.
insert into login_failure as f (subject, failures, first_at) values ($1, 1, clock_timestamp())
on conflict (subject) do update
   set failures = case when f.first_at < statement_timestamp() - interval '15 minutes' then 1 else f.failures + 1 end,
       first_at = case when f.first_at < statement_timestamp() - interval '15 minutes' then clock_timestamp() else f.first_at end,
       locked_until = case when f.first_at >= statement_timestamp() - interval '15 minutes' and f.failures + 1 >= $2::int then clock_timestamp() + interval '15 minutes' end
returning locked_until is not null
