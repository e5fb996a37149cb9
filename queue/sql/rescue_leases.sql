-- Declares processes dead whose lease ran out. Index: incarnation_alive.
update incarnation set ended_at = clock_timestamp() where ended_at is null and lease_until < statement_timestamp()
returning id, name
