-- Drops what belongs to runs long gone: events, attempts, ticks, progress and owners (ids grow with time), and keys that repeat a request.
-- Returns how many events, attempts and ticks.
with events as (delete from run_event where at < statement_timestamp() - make_interval(days => $1::int) returning 1),
     attempts as (delete from run_attempt where ended_at < statement_timestamp() - make_interval(days => $1::int) returning 1),
     progress as (delete from run_progress p where p.at < statement_timestamp() - interval '1 day' and not exists (select 1 from run r where r.id = p.run_id)),
     owners as (delete from run_owner o
                 where o.run_id < (lpad(to_hex((extract(epoch from statement_timestamp() - make_interval(days => $1::int)) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
                   and not exists (select 1 from run r where r.id = o.run_id)),
     keys as (delete from idempotency where created_at < statement_timestamp() - interval '24 hours'),
     fires as (delete from schedule_fire where fire_at < statement_timestamp() - make_interval(days => $1::int) returning 1)
select (select count(*) from events) + (select count(*) from attempts) + (select count(*) from fires)
