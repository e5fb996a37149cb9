-- How the other side does, for all workers: the server that takes our mail ("smtp.example.org:587") and each domain that it goes to ("example.org"). The rules are
-- domain/breaker's. No row: all is well. SPEC 5, Notifications.
create table mail_destination (
    name          text primary key,
    failures      int not null default 0,          -- in a row
    failing_since timestamptz,
    open_until    timestamptz,                     -- it is left alone until then
    probed_by     uuid,                            -- the delivery that sees whether it is better
    probed_until  timestamptz,                     -- and until when that is believed of it
    reason        text,                            -- what it said last
    next_at       timestamptz,                     -- where there is a rate: when the next may go
    queued_until  timestamptz                      -- and the last place in the line that was given away
);
