-- One at a time makes a mail of what goes to one person about one subject.
select pg_advisory_xact_lock(hashtextextended(coalesce(d.user_id::text, d.address) || ':' || d.mode || ':' || d.subject, 0)) from delivery d where d.id = $1::uuid
