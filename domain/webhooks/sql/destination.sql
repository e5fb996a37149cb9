-- Where to, how, by which secrets, and how many failed in a row. Index: primary keys.
select w.organization_id, w.url, w.format, w.is_active and w.deleted_at is null, w.per_second,
       coalesce((select string_agg(s.secret, ' ' order by s.made_at desc) from webhook_secret s where s.webhook_id = w.id and (s.expires_at is null or s.expires_at > statement_timestamp())), ''),
       l.failures, coalesce(l.open_until > statement_timestamp(), false), coalesce(l.failing_since < statement_timestamp() - interval '5 days', false), w.name
  from webhook w join webhook_lane l on l.webhook_id = w.id where w.id = $1::uuid
