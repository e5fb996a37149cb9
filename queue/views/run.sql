-- Live and finished runs as one shape: what the API shows.
create view api.run as
select r.id, r.organization_id, r.kind, r.queue, r.state::text as state, r.priority, r.epoch, r.attempt, r.max_attempts, r.crashes,
       r.created_at, r.ready_at, r.dispatched_at, r.started_at, null::timestamptz as finished_at, r.incarnation, r.unique_key,
       r.concurrency_key, r.timeout_ms, r.schedule_id, r.redriven_from, r.origin, r.cancel_requested_at, r.args, null::jsonb as result,
       null::text as error_class, null::text as error_message, null::text as fingerprint
  from run r
union all
select a.id, a.organization_id, a.kind, a.queue, a.state::text, a.priority, a.epoch, a.attempt, a.max_attempts, a.crashes,
       a.created_at, a.ready_at, a.dispatched_at, a.started_at, a.finished_at, a.incarnation, a.unique_key,
       a.concurrency_key, a.timeout_ms, a.schedule_id, a.redriven_from, a.origin, null::timestamptz, a.args, a.result,
       a.error_class, a.error_message, a.fingerprint
  from run_archive a;
