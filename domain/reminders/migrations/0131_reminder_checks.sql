-- A ledger row refers to what the statement that writes it has just read, and nothing deletes rules, people or jobs (they end by deleted_at): as those of overdue
-- jobs and events, it is not checked against them again. A sweep writes a row and settles it in one transaction, so PostgreSQL checked each of them six times,
-- which was a fifth of the sweep.
alter table reminder drop constraint reminder_rule_id_fkey, drop constraint reminder_user_id_fkey, drop constraint reminder_job_id_fkey;
