-- A person who registered. Constraint: user_email_once.
insert into app_user (id, organization_id, email, name, first_name, last_name, password_hash)
values ($1::uuid, $2::uuid, $3, $4, nullif($5, ''), nullif($6, ''), $7)
