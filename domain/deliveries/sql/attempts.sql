-- The tries of one delivery, with what was said. Index: primary key.
select coalesce(json_agg(json_build_object('number', number, 'state', state, 'code', code, 'message', message, 'exchange', exchange, 'run_id', run_id,
                                           'began_at', began_at, 'ended_at', ended_at) order by number), '[]')::text
  from delivery_attempt where delivery_id = $1::uuid
