-- A person wants to hear of a job again; what was held for it is due now. Index: primary key, reminder_held.
with over as (delete from reminder_snooze where user_id = $1::uuid and job_id = $2::uuid and organization_id = $3::uuid returning user_id, job_id, organization_id),
     freed as (update reminder k set send_at = clock_timestamp() from over
                where k.organization_id = over.organization_id and k.user_id = over.user_id and k.job_id = over.job_id and k.state = 'held')
select job_id from over
