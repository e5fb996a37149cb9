-- The schedules that every organization begins with; they are its own to change, pause or delete. SPEC 5.
create function begin_schedule(organization uuid, called text, of_kind text, rule text, first timestamptz) returns void language sql as $$
    insert into schedule (id, organization_id, name, kind, cron, next_fire_at) values (gen_random_uuid(), organization, called, of_kind, rule, first)
    on conflict (organization_id, name) do nothing
$$;
create function reminder_schedules_begin() returns trigger language plpgsql as $$
begin
    perform begin_schedule(new.id, 'Reminders', 'reminder.sweep', '*/15 * * * *', date_bin('15 minutes', clock_timestamp(), 'epoch') + interval '15 minutes');
    perform begin_schedule(new.id, 'Digests', 'reminder.digest', '*/15 * * * *', date_bin('15 minutes', clock_timestamp(), 'epoch') + interval '15 minutes');
    return null;
end $$;
create trigger reminder_schedules after insert on organization for each row execute function reminder_schedules_begin();
select begin_schedule(id, 'Reminders', 'reminder.sweep', '*/15 * * * *', date_bin('15 minutes', clock_timestamp(), 'epoch') + interval '15 minutes'),
       begin_schedule(id, 'Digests', 'reminder.digest', '*/15 * * * *', date_bin('15 minutes', clock_timestamp(), 'epoch') + interval '15 minutes')
  from organization;
