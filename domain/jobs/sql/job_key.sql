-- The next key of a type's prefix; the counter's row is held until commit, so keys have no gaps. Index: primary keys.
with prefix as (select coalesce((select key_prefix from job_type where id = $2::uuid), 'JOB') as text)
insert into job_counter as c (organization_id, prefix, last) select $1::uuid, text, 1 from prefix
on conflict (organization_id, prefix) do update set last = c.last + 1
returning prefix || '-' || last
