-- Destinations of which there is nothing to know any more. The table is small.
delete from mail_destination where failures = 0 and coalesce(greatest(next_at, queued_until), '-infinity') < statement_timestamp() - interval '1 day'
