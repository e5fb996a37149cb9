-- The reports of a subscription that a run just made, and how each is to be given. Index: report_by_run, report_of_subscription.
select r.id, r.name, r.export_format, r.rows, r.viewer_user_id, s.channel, coalesce(s.webhook_url, ''), s.on_empty = 'skip' and r.rows = 0, s.id
  from report r join report_subscription s on s.id = r.subscription_id and s.deleted_at is null
 where r.organization_id = $1::uuid and r.id = any($2::uuid[])
