-- What was submitted, counted apart from where runs are kept: `nightshift verify` compares the two, so a run that vanished is missed
-- even when nobody remembers it. A statement that inserts runs adds one row, so submissions never wait for each other's count; each
-- hour the rows are summed up. Retention counts what it drops as fewer.
create table run_tally (
    organization_id uuid not null,
    runs            bigint not null
);
comment on table run_tally is 'Sums up to the runs that an organization has, live and ended.';

lock table run in share row exclusive mode;
insert into run_tally
select organization_id, count(*)
  from (select organization_id from run union all select organization_id from run_archive) r
 group by organization_id;

create function count_submitted_runs() returns trigger language plpgsql as $$
begin
    insert into run_tally select organization_id, count(*) from submitted group by organization_id;
    return null;
end $$;
create trigger run_counted after insert on run referencing new table as submitted
    for each statement execute function count_submitted_runs();
