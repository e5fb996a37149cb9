-- Whose run it is, where a person asked for it. Beside the hot table: runs of the daemon itself have no row here, and a run that
-- moves to the archive takes nothing along.
create table run_owner (
    run_id          uuid primary key,
    organization_id uuid not null,
    user_id         uuid not null
);
create index run_owner_of_user on run_owner (user_id, run_id);
