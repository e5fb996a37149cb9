-- Progress from an attempt that its run has not begun. Index: primary keys.
select p.run_id, p.epoch as progress_epoch, r.epoch as run_epoch, p.at from run_progress p join run r on r.id = p.run_id
 where p.epoch > r.epoch or p.share < 0 or p.share > 1
