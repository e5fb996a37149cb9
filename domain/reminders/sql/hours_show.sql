-- When a person may be disturbed; always where nothing was said. Index: primary key.
select json_build_object('quiet_from', to_char(h.quiet_from, 'HH24:MI'), 'quiet_to', to_char(h.quiet_to, 'HH24:MI'), 'working_days', h.working_days,
                         'digest_at', to_char(h.digest_at, 'HH24:MI'))::text
  from (select 1) x left join notification_hours h on h.user_id = $1::uuid and h.organization_id = $2::uuid
