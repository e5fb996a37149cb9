-- Ties a waiting run to its live parents and counts them.
with ties as (insert into run_dependency (run_id, depends_on) select $1, p from unnest($2::uuid[]) p on conflict do nothing returning 1)
update run set waiting_for = (select count(*) from ties), state = 'waiting' where id = $1
