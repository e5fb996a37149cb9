-- What was sent to whom is kept for a time: mails with their tries, webhook deliveries with theirs, notifications. By a schedule of every organization. SPEC 5.
-- In these indexes is only what ended: what waits, and what nobody knows the end of, is never looked at.
create index delivery_ended on delivery (organization_id, ended_at)
    where carried_by is null and state in ('sent', 'bounced', 'suppressed', 'withdrawn', 'dead');
create index webhook_delivery_ended on webhook_delivery (organization_id, ended_at) where state in ('delivered', 'withdrawn', 'dead');
create index notification_by_time on notification (organization_id, created_at, id);

create function delivery_cleanup_begins(organization uuid) returns void language sql as $$
    select begin_schedule(organization, 'Delivery cleanup', 'delivery.cleanup', '10 4 * * *', date_trunc('day', clock_timestamp(), 'UTC') + interval '1 day 4 hours 10 minutes')
$$;
create function delivery_schedules_begin() returns trigger language plpgsql as $$
begin
    perform delivery_cleanup_begins(new.id);
    return null;
end $$;
create trigger delivery_schedules after insert on organization for each row execute function delivery_schedules_begin();
select delivery_cleanup_begins(id) from organization;
