-- Parents succeeded: their children wait for one fewer; those that wait for none become ready. Index: run_dependency's key.
with released as (
    delete from run_dependency where depends_on = any($1::uuid[]) returning run_id
), fewer as (
    select run_id, count(*) as n from released group by run_id
)
update run r
   set waiting_for = r.waiting_for - f.n,
       state = case when r.waiting_for - f.n <= 0 then (case when r.ready_at > statement_timestamp() then 'scheduled' else 'ready' end)::run_state else r.state end,
       ready_at = case when r.waiting_for - f.n <= 0 then greatest(r.ready_at, clock_timestamp()) else r.ready_at end
  from fewer f
 where r.id = f.run_id and r.state = 'waiting'
returning r.queue
