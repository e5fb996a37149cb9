-- The mark of one run. No key forbids a second one on purpose: a run that leaves two would show.
insert into diagnostic_effect (run_id, epoch, at) values ($1, $2, clock_timestamp())
