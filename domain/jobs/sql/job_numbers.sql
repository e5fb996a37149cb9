-- So many more numbers for a prefix of keys; gives the last of them. Index: primary key.
insert into job_counter as c (organization_id, prefix, last) values ($1::uuid, $2, $3::bigint)
on conflict (organization_id, prefix) do update set last = c.last + $3::bigint
returning last
