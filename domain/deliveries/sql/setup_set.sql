-- Mail is on, and this is how it is collected. Index: primary key.
insert into delivery_setup (channel, collect, digest_at) values ('email', make_interval(secs => $1::float8), $2::time)
on conflict (channel) do update set collect = excluded.collect, digest_at = excluded.digest_at
 where (delivery_setup.collect, delivery_setup.digest_at) is distinct from (excluded.collect, excluded.digest_at)
