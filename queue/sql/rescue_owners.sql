-- Processes that are gone and still own runs. Index: run_owned, read whole.
select distinct r.incarnation from run r where r.state = 'running' and r.incarnation is not null
except select i.id from incarnation i where i.ended_at is null
