-- A run tried again is the same run again: its time limit and its concurrency key stay with it in the archive.
-- And a concurrency key belongs to one organization and one queue, so its index says so.
alter table run_archive add column timeout_ms int, add column concurrency_key text;
create index run_ready_by_key on run (queue, organization_id, concurrency_key, priority, ready_at, id)
    where state = 'ready' and concurrency_key is not null;
drop index run_ready_keyed;
create index run_holding_key on run (queue, organization_id, concurrency_key)
    where concurrency_key is not null and state in ('dispatched', 'running');
drop index run_concurrency;

-- Ten thousand ticks of one minute are written while their schedules are locked: a foreign key would look each of them up
-- again. Deleting a schedule deletes its ticks in the same statement instead (schedule_delete.sql).
alter table schedule_fire drop constraint schedule_fire_schedule_id_fkey;
