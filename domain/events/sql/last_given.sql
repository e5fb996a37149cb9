-- The last number given to an event, whether or not its transaction has ended.
select case when is_called then last_value else 0 end from event_id_seq
