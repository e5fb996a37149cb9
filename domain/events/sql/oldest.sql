-- The oldest event that is kept. Index: primary key.
select coalesce(min(id), 0) from event
