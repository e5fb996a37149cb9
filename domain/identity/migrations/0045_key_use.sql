-- When API keys were last used, beside them: using one is no change of it, and has no history. api_key.last_used_at stays for
-- programs of before that write it.
create table api_key_use (
    key_id       uuid primary key references api_key,
    last_used_at timestamptz not null
) with (fillfactor = 50);
insert into api_key_use select id, last_used_at from api_key where last_used_at is not null;
create index api_key_of_user on api_key (organization_id, user_id) where deleted_at is null;
