-- Open groups of dead runs that grew within $1 seconds, by how much. Index: run_archive_dead, in the partitions of that time.
select g.id, g.kind, g.message, count(*)
  from dead_group g join run_archive a on a.organization_id = g.organization_id and a.fingerprint = g.fingerprint and a.state = 'dead'
 where g.last_seen_at > statement_timestamp() - make_interval(secs => $1::float8) and not g.is_muted and g.resolved_at is null
   and a.finished_at > statement_timestamp() - make_interval(secs => $1::float8)
 group by g.id, g.kind, g.message order by 4 desc limit 3
