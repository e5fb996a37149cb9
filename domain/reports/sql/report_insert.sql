-- A report is asked for; its run is submitted in the same transaction, or is the one that answers the same question already ($12: one of its reports).
insert into report (id, organization_id, name, report_type, parameters, export_format, run_id, requested_by, viewer_user_id, viewer_permissions, question, subscription_id, layout,
                    status, began_at, file)
select $1::uuid, $2::uuid, $3, $4, $5::jsonb, $6, $7::uuid, $8, nullif($9, '')::uuid, $10::text[], $11, nullif($13, '')::uuid, $14::jsonb,
       coalesce(o.status, 'pending'), o.began_at, $1::uuid || substr(o.file, 37)
  from (select) one left join report o on o.id = nullif($12, '')::uuid
