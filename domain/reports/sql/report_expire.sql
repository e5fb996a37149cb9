-- Reports whose time was over at $2 say so, $3 at a time, before their files go: who asks for one from here on is told that it has expired. Index: report_expiry.
with due as (
    select id from report where organization_id = $1::uuid and status = 'ready' and expires_at <= $2::timestamptz order by expires_at limit $3::int for update skip locked
)
update report r set status = 'expired' from due where r.id = due.id
