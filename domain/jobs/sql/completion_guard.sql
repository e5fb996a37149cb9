-- What keeps a job from being completed, locked so that nothing is opened meanwhile (adding an item locks the job). Index: checklist_item_open.
select id, description from checklist_item where job_id = $1::uuid and not is_completed and deleted_at is null order by display_order for share
