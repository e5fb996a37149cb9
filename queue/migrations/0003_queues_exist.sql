-- A run of a queue that nobody knows would wait for ever: it is refused instead. Lanes and schedules are few and change rarely,
-- so the check costs a submission nothing. Rows that name such a queue by now make it exist.
insert into queue (name) select queue from run_lane union select queue from schedule where queue is not null
on conflict do nothing;
alter table run_lane add constraint run_lane_queue_exists foreign key (queue) references queue (name) not valid;
alter table schedule add constraint schedule_queue_exists foreign key (queue) references queue (name) not valid;
alter table run_lane validate constraint run_lane_queue_exists;
alter table schedule validate constraint schedule_queue_exists;
