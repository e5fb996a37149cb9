-- How far the local clocks were looked at; one sweep of an organization at a time. The first one begins now: nothing of before is told. Index: primary key.
insert into reminder_cursor (organization_id, swept_until) values ($1::uuid, $2::timestamptz)
on conflict (organization_id) do update set swept_until = reminder_cursor.swept_until returning swept_until
