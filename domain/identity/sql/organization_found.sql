-- The first organization of a house where nobody has been yet.
insert into organization (id, name, slug) values ($1::uuid, initcap(replace($2, '-', ' ')), $2) returning id, name
