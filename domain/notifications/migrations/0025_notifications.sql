-- What people should know. SPEC 5.
create table notification (
    id uuid primary key, organization_id uuid not null references organization, user_id uuid not null references app_user, type text not null, title text not null,
    body text, job_id uuid, data jsonb not null default '{}', read_at timestamptz,
    created_at timestamptz not null default clock_timestamp(), updated_at timestamptz not null default clock_timestamp()
);
select keep_history('notification');
drop trigger audit on notification;   -- reading one is no change of the work
create index notification_of_user on notification (user_id, created_at desc) where deleted_at is null;
create index notification_unread on notification (user_id) where read_at is null and deleted_at is null;
