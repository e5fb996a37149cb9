-- What a person wants to be told, and how: by event ('*': every other), by channel. SPEC 5, Notifications.
create table notification_preference (
    user_id uuid not null references app_user, organization_id uuid not null references organization, event text not null,
    channel text not null constraint notification_preference_channel check (channel in ('in_app', 'email')),
    mode text not null constraint notification_preference_mode check (mode in ('off', 'now', 'digest')),
    updated_at timestamptz not null default clock_timestamp(), primary key (user_id, organization_id, event, channel)
);
