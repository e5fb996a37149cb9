-- The latest word of a running handler. Index: primary key.
insert into run_progress (run_id, epoch, share, note, at) values ($1, $2, $3, $4, clock_timestamp())
on conflict (run_id) do update set epoch = excluded.epoch, share = excluded.share, note = excluded.note, at = excluded.at
 where run_progress.epoch <= excluded.epoch
