-- Addresses that get no mail any more.
create view api.suppression as
select s.id, s.organization_id, s.address, s.reason, s.message, s.version, s.created_at, s.updated_at from suppression s where s.deleted_at is null;
