-- What signs the addresses in mails: the one there is, else the given one from now on. Index: primary key.
with made as (insert into delivery_secret (secret) values ($1) on conflict do nothing returning secret)
select secret from made union all select secret from delivery_secret limit 1
