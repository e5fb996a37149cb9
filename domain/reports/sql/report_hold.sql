-- The reports that a run answers, held until the transaction ends; none when the run ($1, epoch $2) is not ours any more. Who joins the question holds
-- one of them, so that after this the reports of all who joined are there. Locks the run, so that from here on it can't be taken from us; then the reports.
with ours as (
    select id from run where id = $1::uuid and epoch = $2::int and state = 'running' for update
)
select r.id from report r, ours where r.run_id = ours.id and r.status = 'generating' order by r.id for update of r
