-- Says anew when a person may be disturbed. Index: primary key.
insert into notification_hours (user_id, organization_id, quiet_from, quiet_to, working_days, digest_at)
select $1::uuid, $2::uuid, x.quiet_from, x.quiet_to, x.working_days, x.digest_at
  from jsonb_to_record($3::jsonb) as x(quiet_from time, quiet_to time, working_days smallint[], digest_at time)
on conflict (user_id, organization_id) do update set quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
       working_days = excluded.working_days, digest_at = excluded.digest_at, updated_at = clock_timestamp()
returning json_build_object('quiet_from', to_char(quiet_from, 'HH24:MI'), 'quiet_to', to_char(quiet_to, 'HH24:MI'), 'working_days', working_days,
                            'digest_at', to_char(digest_at, 'HH24:MI'))::text
