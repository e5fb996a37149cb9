-- Parents succeeded: their children wait for one fewer; those that wait for none become ready. Index: run_dependency's key, then the primary
-- key: as in claim.sql, how many is found by the place of a child's id.
with released as (
    delete from run_dependency where depends_on = any($1::uuid[]) returning run_id
), fewer as materialized (
    select array_agg(run_id order by run_id) as ids, array_agg(n order by run_id) as numbers
      from (select run_id, count(*) as n from released group by run_id) child
)
update run r
   set (waiting_for, state, ready_at) =
       (select l.waiting,
               case when l.waiting <= 0 then (case when r.ready_at > statement_timestamp() then 'scheduled' else 'ready' end)::run_state else r.state end,
               case when l.waiting <= 0 then greatest(r.ready_at, clock_timestamp()) else r.ready_at end
          from (select r.waiting_for - ((select numbers from fewer))[width_bucket(r.id, (select ids from fewer))] as waiting) l)
 where r.id = any((select ids from fewer)::uuid[]) and r.state = 'waiting'
returning r.queue
