-- Dead runs past their own, longer retention; they lie in the default partition once their day was dropped. Returns how many.
with gone as (
    delete from run_archive_default where finished_at < statement_timestamp() - make_interval(days => $1::int) returning organization_id
), fewer as (
    insert into run_tally select organization_id, -count(*) from gone group by organization_id
)
select count(*) from gone
