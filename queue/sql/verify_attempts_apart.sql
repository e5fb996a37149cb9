-- Two attempts of one run at the same time, or out of the order of their epochs. $1 since.
with attempt as (
    select run_id, epoch, incarnation, started_at, ended_at from run_attempt where ended_at >= $1
    union all
    select id, epoch, incarnation, started_at, null from run where state = 'running'
    union all
    select id, epoch, incarnation, started_at, finished_at from run_archive where finished_at >= $1 and state = 'succeeded' and epoch > 1
), pair as (
    select run_id, epoch, incarnation, ended_at, lead(epoch) over later as next_epoch, lead(incarnation) over later as next_incarnation,
           lead(started_at) over later as next_started_at
      from attempt window later as (partition by run_id order by epoch)
)
select * from pair where next_started_at < ended_at
