-- What keeps a job from being completed, locked so that nothing is opened meanwhile (adding an item locks the job). Index: checklist_item_open.
select i.id, i.description from checklist_item i join checklist c on c.id = i.checklist_id and c.deleted_at is null
 where i.job_id = $1::uuid and not i.is_completed and i.deleted_at is null order by i.display_order for share of i
