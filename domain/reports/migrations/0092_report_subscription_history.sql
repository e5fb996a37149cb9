-- A turn of a subscription is no change of it: history and versions are of what people decide.
drop trigger audit on report_subscription;
drop trigger touch on report_subscription;
create trigger touch before update of owner_user_id, name, report_type, parameters, export_format, cron, time_zone, recipients, channel, webhook_url, on_empty, status, deleted_at
    on report_subscription for each row execute function touch_row();
create trigger audit after insert or delete or update of owner_user_id, name, report_type, parameters, export_format, cron, time_zone, recipients, channel, webhook_url, on_empty,
    status, deleted_at on report_subscription for each row execute function audit_row();
