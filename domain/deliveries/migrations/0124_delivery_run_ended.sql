-- A mail whose run ended while it was leaving may have arrived: that is unknown, not dead, whatever became of the run.
create or replace function delivery_run_ended() returns trigger language plpgsql as $$
declare
    mail uuid := (new.args ->> 'delivery_id')::uuid;
    last text;
begin
    perform from delivery where id = mail and state in ('intended', 'deferred') for update;
    if not found then return null; end if;
    update delivery_attempt
       set state = case state when 'leaving' then 'unknown' else 'failed' end, message = 'its run ended before it said what came of it', ended_at = clock_timestamp()
     where delivery_id = mail and state in ('intended', 'leaving')
    returning state into last;
    update delivery
       set state = case when last = 'unknown' then 'unknown' when new.state = 'cancelled' then 'withdrawn' else 'dead' end, ended_at = clock_timestamp(),
           reason = coalesce(nullif(new.error_message, ''), 'its run ended as ' || new.state)
     where id = mail;
    return null;
end $$;
