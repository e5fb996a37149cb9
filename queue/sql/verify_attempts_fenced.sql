-- An attempt that ended otherwise although its run succeeded or runs under the same epoch, or that is ahead of its run:
-- a stale worker's write was taken. $1 since. Index: primary keys.
select a.run_id, a.epoch as attempt_epoch, r.epoch as run_epoch, a.outcome, r.state::text
  from run_attempt a join run r on r.id = a.run_id
 where a.ended_at >= $1 and (a.epoch > r.epoch or (a.epoch = r.epoch and r.state = 'running'))
union all
select a.run_id, a.epoch, r.epoch, a.outcome, r.state::text
  from run_attempt a join run_archive r on r.id = a.run_id and r.finished_at >= $1
 where a.ended_at >= $1 and (a.epoch > r.epoch or (a.epoch = r.epoch and r.state = 'succeeded'))
