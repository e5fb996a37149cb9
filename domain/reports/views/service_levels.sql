-- Clocks of service levels that began in a span, for reports; none where service levels are not kept (their tables come with domain/sla).
-- Index: sla_clock_by_start.
create function api.report_clocks(organization uuid, first timestamptz, before timestamptz)
    returns table (job_id uuid, policy_id uuid, policy text, place int, metric text, budget_seconds bigint, used_us bigint, stopped_at timestamptz, breached_at timestamptz)
    language plpgsql stable as $$
begin
    if to_regclass('sla_clock') is null then return; end if;
    return query execute 'select c.job_id, c.policy_id, p.name, p.position, c.metric, c.budget_seconds, c.used_us, c.stopped_at, c.breached_at
                            from sla_clock c join sla_policy p on p.id = c.policy_id
                           where c.organization_id = $1 and c.cancelled_at is null and ($2 is null or c.started_at >= $2) and ($3 is null or c.started_at < $3)'
        using organization, first, before;
end $$;
