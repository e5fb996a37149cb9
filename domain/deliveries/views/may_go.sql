-- May a delivery be handed over to these destinations now? `wait`: in so many seconds, and why; 0: now. Where it is to see whether one is better, nobody else does
-- meanwhile. `gaps` and `aheads` are their rates, `to_open` failures in a row leave one alone, `probe` is how long a try may take. Index: primary key.
create function api.mail_may_go(delivery uuid, names text[], gaps float8[], aheads float8[], to_open int, probe float8)
    returns table (wait float8, why text, failing_since timestamptz) language plpgsql as $$
declare
    d      record;
    moment timestamptz;
begin
    if not exists (select from unnest(gaps) g where g > 0) and not exists (select from mail_destination m where m.name = any(names) and m.failures >= to_open) then
        return query select 0::float8, null::text, null::timestamptz;
        return;
    end if;
    insert into mail_destination (name) select n from unnest(names) n order by n on conflict do nothing;
    perform from mail_destination m where m.name = any(names) order by m.name for update;
    moment := clock_timestamp();
    for d in select m.*, u.gap, u.ahead from unnest(names, gaps, aheads) u(name, gap, ahead) join mail_destination m on m.name = u.name order by m.failures < to_open, m.name loop
        if d.failures >= to_open and d.open_until > moment then
            return query select extract(epoch from d.open_until - moment)::float8, d.name || ' is left alone after ' || d.failures || ' failures: ' || coalesce(d.reason, ''), d.failing_since;
            return;
        elsif d.failures >= to_open and d.probed_until > moment and d.probed_by <> delivery then
            return query select least(extract(epoch from d.probed_until - moment), 10)::float8, 'another mail sees whether ' || d.name || ' is better', d.failing_since;
            return;
        elsif d.gap > 0 and d.next_at > moment + make_interval(secs => d.ahead) then
            update mail_destination m set queued_until = greatest(m.queued_until, m.next_at - make_interval(secs => d.ahead)) + make_interval(secs => d.gap) where m.name = d.name
            returning m.queued_until - make_interval(secs => d.gap) into d.queued_until;
            return query select extract(epoch from d.queued_until - moment)::float8, 'no more a minute go to ' || d.name, null::timestamptz;
            return;
        end if;
    end loop;
    update mail_destination m
       set next_at = case when u.gap > 0 then greatest(m.next_at, moment) + make_interval(secs => u.gap) end,
           probed_by = case when m.failures >= to_open then delivery end, probed_until = case when m.failures >= to_open then moment + make_interval(secs => probe) end
      from unnest(names, gaps) u(name, gap) where m.name = u.name;
    return query select 0::float8, null::text, null::timestamptz;
end $$;
