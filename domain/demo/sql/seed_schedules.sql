-- The demo shows itself within a minute: its schedules fire at once, three people have work that is due soon, and a digest of their day.
with person as (
    select id, row_number() over (order by email) as n from app_user
     where organization_id = $1::uuid and email in ('admin@demo.com', 'jane@demo.com', 'john@demo.com')
), soon as (
    update job j set due_date = date_trunc('hour', clock_timestamp()) + make_interval(hours => (3 + 5 * x.place)::int)
      from (select w.id, w.place from person p cross join lateral (
                select o.id, row_number() over (order by o.created_at desc) as place from job o join job_status s on s.id = o.job_status_id and s.category in ('open', 'in_progress')
                 where o.organization_id = $1::uuid and o.assigned_to_user_id = p.id and o.deleted_at is null order by o.created_at desc limit 2) w) x
     where j.id = x.id
), digests as (
    insert into notification_hours (user_id, organization_id, digest_at) select id, $1::uuid, '00:00' from person on conflict do nothing
), report as (
    insert into schedule (id, organization_id, name, kind, args, cron, time_zone, next_fire_at)
    values (gen_random_uuid(), $1::uuid, 'Jobs each Monday', 'report.scheduled', '{"name": "Jobs of the week", "report_type": "job_summary", "parameters": {}, "export_format": "PDF"}',
            '0 7 * * MON', 'Europe/Paris', clock_timestamp())
    on conflict (organization_id, name) do nothing
)
update schedule set next_fire_at = clock_timestamp() where organization_id = $1::uuid and kind in ('reminder.sweep', 'reminder.digest') and last_fire_at is null
