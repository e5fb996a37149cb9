-- Which of these reports ($1) there are, the file that each has or makes, and whether it is held, so that no run begins one meanwhile. Index: primary key.
with held as materialized (select id from report where id = any($1::uuid[]) for share skip locked)
select r.id, coalesce(r.file, ''), held.id is not null from report r left join held using (id) where r.id = any($1::uuid[])
