-- What signs addresses: the one there is, else the given one from now on. Index: primary key.
with made as (insert into attachment_secret (secret) values ($1) on conflict do nothing returning secret)
select secret from made union all select secret from attachment_secret limit 1
