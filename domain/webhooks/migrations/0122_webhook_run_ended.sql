-- What waits for a webhook whose run ended otherwise than by its own will does not wait for ever: it says so, in the transaction that ended the run, unless another
-- run is there to serve that webhook. It can be replayed.
create index run_of_webhook on run ((args ->> 'webhook_id')) where kind = 'webhook.deliver';

create function webhook_deliveries_end(hook uuid, but uuid, how text, why text) returns void language sql as $$
    with waiting as (
        select d.id, d.attempts, d.began_at from webhook_delivery d
         where d.webhook_id = hook and d.state in ('intended', 'deferred')
           and not exists (select from run r where r.kind = 'webhook.deliver' and r.args ->> 'webhook_id' = hook::text and r.id <> but)
           for update of d
    ), lost as (
        insert into webhook_attempt (delivery_id, number, state, message)
        select id, attempts, 'unknown', 'its run ended before it said what came of it' from waiting where began_at is not null
        on conflict do nothing
    )
    update webhook_delivery d set state = how, reason = why, began_at = null, ended_at = clock_timestamp() from waiting w where d.id = w.id
$$;
create function webhook_run_ended() returns trigger language plpgsql as $$
begin
    perform webhook_deliveries_end((new.args ->> 'webhook_id')::uuid, new.id, case new.state when 'cancelled' then 'withdrawn' else 'dead' end,
                                   case new.state when 'cancelled' then 'its run was cancelled' else 'its run ended as ' || new.state end || coalesce(': ' || nullif(new.error_message, ''), ''));
    return null;
end $$;
create trigger webhook_run_ended after insert on run_archive
    for each row when (new.kind = 'webhook.deliver' and new.state <> 'succeeded') execute function webhook_run_ended();

-- Those that were left behind before.
select webhook_deliveries_end(d.webhook_id, '00000000-0000-0000-0000-000000000000', 'withdrawn', 'its run ended without sending it; replay it where it is still of use')
  from (select distinct webhook_id from webhook_delivery where state in ('intended', 'deferred')) d;
