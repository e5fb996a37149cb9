-- A run that is in both places, or ended twice. $1 since. Index: the archive's primary key, partition by partition.
select r.id as run_id, 'live and ended' as problem, r.state::text as live_as, a.state::text as ended_as
  from run r join run_archive a on a.id = r.id and a.finished_at >= $1
union all
select id, 'ended ' || count(*) || ' times', null, string_agg(state::text, ', ') from run_archive
 where finished_at >= $1 group by id having count(*) > 1
