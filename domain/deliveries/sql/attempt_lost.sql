-- The worker of the last try is gone: what had not begun to leave failed, and of what had nobody knows. Index: primary key.
update delivery_attempt set state = case state when 'leaving' then 'unknown' else 'failed' end, message = 'the worker ended before it said what came of it', ended_at = clock_timestamp()
 where delivery_id = $1::uuid and number = $2 and state in ('intended', 'leaving')
