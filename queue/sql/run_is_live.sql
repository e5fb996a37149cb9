-- Does it live? Index: primary key.
select 1 from run where id = $1
