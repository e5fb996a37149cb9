-- Ends one run as anything but succeeded: fenced, archived, its attempt kept, and an event that says why. Index: primary key.
with done as (
    delete from run r where r.id = $1 and r.epoch = $2 and r.state = 'running' and r.incarnation = $3 returning r.*
), kept as (
    insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
                             dispatched_at, started_at, finished_at, incarnation, unique_key, schedule_id, redriven_from, origin, trace_parent, args,
                             error_class, error_message, fingerprint)
    select id, organization_id, kind, queue, $4::text::run_state, priority, epoch, attempt, max_attempts, crashes + $9, timeout_ms, concurrency_key, created_at, ready_at,
           dispatched_at, started_at, clock_timestamp(), incarnation, unique_key, schedule_id, redriven_from, origin, trace_parent, args,
           $5, $6, nullif($7, '')
      from done
), tried as (
    insert into run_attempt (run_id, epoch, attempt, incarnation, started_at, ended_at, outcome, error_class, error_message, evidence)
    select id, epoch, attempt, incarnation, started_at, clock_timestamp(), $4::text, $5, $6, nullif($8, '') from done
), told as (
    insert into run_event (run_id, at, actor, event, detail)
    select id, clock_timestamp(), 'worker', $4::text, jsonb_build_object('error_class', $5::text, 'message', $6::text) from done
), grouped as (
    insert into dead_group (id, organization_id, fingerprint, kind, error_class, message, first_seen_at, last_seen_at, total)
    select gen_random_uuid(), organization_id, $7, kind, $5, $6, clock_timestamp(), clock_timestamp(), 1 from done where $4::text = 'dead'
    on conflict (organization_id, fingerprint) do update
       set last_seen_at = excluded.last_seen_at, total = dead_group.total + 1, message = excluded.message, resolved_at = null
)
select id, has_dependents from done
