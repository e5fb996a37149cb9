-- Whose digest of the day is due at $2, each once: the key decides. Who has reminders waiting for one but named no hour gets it at 08:00.
-- Index: notification_hours_digest, reminder_for_digest, primary keys.
with wanted as (
    select h.user_id, h.digest_at, h.working_days from notification_hours h where h.organization_id = $1::uuid and h.digest_at is not null
    union all
    select k.user_id, time '08:00', h.working_days
      from (select distinct user_id from reminder where organization_id = $1::uuid and state = 'digest') k
      left join notification_hours h on h.user_id = k.user_id and h.organization_id = $1::uuid where h.digest_at is null
), clocks as materialized (
    select c.time_zone, c.digest_at, c.zone, ($2::timestamptz at time zone c.zone)::date as day, k.days_off
      from (select g.time_zone, g.digest_at, api.known_zone(g.time_zone, o.time_zone) as zone
              from (select u.time_zone, w.digest_at from wanted w join app_user u on u.id = w.user_id group by 1, 2) g join organization o on o.id = $1::uuid) c
     cross join (select api.days_off($1::uuid, $2::timestamptz::date - 1, $2::timestamptz::date + 1) as days_off) k
     where api.local_instant(($2::timestamptz at time zone c.zone)::date + c.digest_at, c.zone) <= $2::timestamptz
), begun as (
    insert into reminder_digest (user_id, organization_id, day, created_at)
    select w.user_id, $1::uuid, c.day, $2::timestamptz
      from wanted w join app_user u on u.id = w.user_id and u.is_active and u.deleted_at is null
      join clocks c on c.time_zone = u.time_zone and c.digest_at = w.digest_at
     where api.works_on(c.day, w.working_days, c.days_off)
       and not exists (select from reminder_digest d where d.user_id = w.user_id and d.organization_id = $1::uuid and d.day = c.day)
       and api.told_how(w.user_id, $1::uuid, 'digest') <> 'off'
    on conflict do nothing
    returning user_id, day
)
select b.user_id, b.day, z.zone, api.local_instant((b.day + 1)::timestamp, z.zone)
  from begun b join app_user u on u.id = b.user_id join organization o on o.id = $1::uuid cross join lateral (select api.known_zone(u.time_zone, o.time_zone) as zone) z
