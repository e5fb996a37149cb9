-- Whom a job concerns. Index: primary keys.
select array_to_string(array(select distinct p from unnest(array[j.created_by_user_id, j.assigned_to_user_id] || array(select w.user_id from job_watcher w where w.job_id = j.id)) p
                              where p is not null), ','), j.key, j.title
  from job j where j.id = $1::uuid
