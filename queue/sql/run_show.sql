-- One run with everything that is known of it. Index: primary keys.
select (to_jsonb(r) - 'organization_id' || jsonb_build_object(
           'progress', (select jsonb_build_object('share', p.share, 'note', p.note, 'at', p.at) from run_progress p where p.run_id = r.id),
           'attempts', coalesce((select jsonb_agg(to_jsonb(a) - 'run_id' order by a.epoch) from run_attempt a where a.run_id = r.id), '[]'),
           'events', coalesce((select jsonb_agg(jsonb_build_object('at', e.at, 'actor', e.actor, 'event', e.event, 'detail', e.detail) order by e.id)
                                 from run_event e where e.run_id = r.id), '[]'),
           'waits_for', coalesce((select jsonb_agg(d.depends_on) from run_dependency d where d.run_id = r.id), '[]')))::text
  from api.run r where r.id = $1 and r.organization_id = $2
