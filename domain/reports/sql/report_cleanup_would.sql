-- What report.cleanup would do at $2: how many have expired since, how many files would go, and their bytes. Index: report_expiry, report_left_file.
select count(*) filter (where status = 'ready'), count(*), coalesce(sum(bytes), 0)
  from (select status, bytes from report where organization_id = $1::uuid and status = 'ready' and expires_at <= $2::timestamptz
        union all
        select status, bytes from report where organization_id = $1::uuid and status in ('expired', 'failed', 'cancelled') and file is not null) r
