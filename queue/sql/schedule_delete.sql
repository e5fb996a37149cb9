-- Forgets a schedule and its ticks; its runs stay.
delete from schedule where id = $1 and organization_id = $2 returning id
