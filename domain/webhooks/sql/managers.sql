-- Who may see to a webhook. Index: membership_once.
select m.user_id from membership m join role r on r.id = m.role_id
 where m.organization_id = $1::uuid and m.is_active and m.deleted_at is null and 'webhook.manage' = any(r.permissions)
