-- A success that nobody ran: never claimed, or without its owner or its times. $1 since.
select id as run_id, epoch, attempt, incarnation, started_at, finished_at, error_class from run_archive
 where finished_at >= $1 and state = 'succeeded'
   and (epoch < 1 or attempt < 1 or incarnation is null or started_at is null or finished_at < started_at or error_class is not null)
