-- Dead runs past their own, longer retention. They lie in the default partition once their day was dropped.
with gone as (
    delete from run_archive_default where finished_at < clock_timestamp() - make_interval(days => $1::int) returning organization_id
)
insert into run_tally select organization_id, -count(*) from gone group by organization_id
