-- Why a run is where it is: the reasons in the order in which they would have to go away, with what is in the way.
select jsonb_build_object('id', r.id, 'state', r.state, 'reasons', coalesce((
    select jsonb_agg(reason order by place) from (
        select 1 as place, format('it ended as %s%s', r.state, coalesce(': ' || r.error_message, '')) as reason where r.finished_at is not null
        union all select 2, format('it waits for %s run(s) to succeed: %s', count(*), string_agg(d.depends_on::text, ', '))
                    from run_dependency d where d.run_id = r.id having count(*) > 0
        union all select 3, format('it is not due before %s', to_char(r.ready_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) where r.state = 'scheduled'
        union all select 4, format('the queue %s is paused by %s since %s', q.name, coalesce(q.paused_by, 'somebody'), to_char(q.paused_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                    from queue q where q.name = r.queue and q.is_paused and r.finished_at is null
        union all select 5, format('no live worker serves the queue %s', r.queue)
                   where r.state in ('scheduled', 'ready', 'dispatched', 'waiting')
                     and not exists (select 1 from incarnation i
                                      where i.ended_at is null and i.lease_until > statement_timestamp() and not i.is_draining and i.slots > 0 and r.queue = any(i.queues))
        union all select 6, format('%s run(s) with the same concurrency key hold all its places: %s', count(*), string_agg(h.id::text, ', '))
                    from run me
                    join run h on h.queue = me.queue and h.organization_id = me.organization_id and h.concurrency_key = me.concurrency_key
                          and h.state in ('dispatched', 'running')
                   where me.id = r.id and me.state = 'ready'
                  having count(*) >= (select q.key_concurrency from queue q where q.name = r.queue)
        union all select 7, format('the queue %s runs its %s at once already', q.name, q.concurrency)
                    from queue q
                   where q.name = r.queue and r.state = 'ready'
                     and q.concurrency <= (select count(*) from run h where h.queue = q.name and h.state = 'dispatched')
                                    + (select count(*) from run h where h.queue = q.name and h.state = 'running')
        union all select 8, format('the queue %s starts no more than %s a minute; the next at %s', q.name, q.rate_per_minute, to_char(q.rate_next_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                    from queue q where q.name = r.queue and r.state = 'ready' and q.rate_per_minute is not null and q.rate_next_at > statement_timestamp() + interval '1 second'
        union all select 9, format('every slot of its %s worker(s) is busy', count(*))
                    from incarnation i
                   where i.ended_at is null and i.lease_until > statement_timestamp() and not i.is_draining and i.slots > 0 and r.queue = any(i.queues)
                     and r.state in ('ready', 'dispatched')
                  having count(*) > 0 and bool_and(i.busy >= i.slots)
        union all select 10, 'it was hinted and waits for a worker to claim it' where r.state = 'dispatched'
        union all select 11, 'it runs now' where r.state = 'running'
        union all select 12, 'it is ready and waits for its turn' where r.state = 'ready'
    ) why), '[]'))::text
  from api.run r where r.id = $1 and r.organization_id = $2
