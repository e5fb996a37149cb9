-- Why a run is where it is: the reasons in the order in which they would have to go away.
select jsonb_build_object('id', r.id, 'state', r.state, 'reasons', coalesce((
    select jsonb_agg(reason order by place) from (
        select 1 as place, format('it ended as %s', r.state) as reason where r.finished_at is not null
        union all select 2, format('it waits for %s run(s) to succeed', count(*)) from run_dependency d where d.run_id = r.id having count(*) > 0
        union all select 3, format('it is not due before %s', to_char(r.ready_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) where r.state = 'scheduled'
        union all select 4, format('the queue %s is paused', q.name) from queue q where q.name = r.queue and q.is_paused and r.finished_at is null
        union all select 5, format('no live worker serves the queue %s', r.queue)
                   where r.finished_at is null and not exists (select 1 from incarnation i where i.ended_at is null and i.slots > 0 and r.queue = any(i.queues))
        union all select 6, format('%s run(s) with the same concurrency key hold all its places', count(*))
                    from run me join run h on h.concurrency_key = me.concurrency_key and h.state in ('dispatched', 'running')
                   where me.id = r.id and me.state = 'ready'
                  having count(*) >= (select q.key_concurrency from queue q where q.name = r.queue)
        union all select 7, 'it was hinted and waits for a worker to claim it' where r.state = 'dispatched'
        union all select 8, 'it runs now' where r.state = 'running'
        union all select 9, 'it is ready and waits for its turn' where r.state = 'ready'
    ) why), '[]'))::text
  from api.run r where r.id = $1 and r.organization_id = $2
