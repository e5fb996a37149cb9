-- Their files are gone. Index: primary key.
update report set file = null where id = any($1::uuid[])
