-- Takes jobs whose clocks are to be worked out again, the oldest first. Index: sla_touch_of_organization.
with taken as (
    delete from sla_touch where id in (select id from sla_touch where organization_id = $1::uuid order by id limit $2::int for update skip locked)
    returning job_id
)
select coalesce(array_to_string(array_agg(distinct job_id), ','), ''), count(*) from taken
