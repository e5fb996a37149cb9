-- More attempts than a run has, or counts that can't be: each attempt took an epoch. $1 since.
-- A run with a unique key may be replaced by one with fewer attempts while it waits for its next.
with counted as (
    select id, state, epoch, attempt, max_attempts, crashes, unique_key from run
    union all
    select id, state, epoch, attempt, max_attempts, crashes, unique_key from run_archive where finished_at >= $1
)
select id as run_id, state::text, epoch, attempt, max_attempts, crashes from counted
 where attempt < 0 or crashes < 0 or attempt > epoch or (attempt > max_attempts and unique_key is null)
