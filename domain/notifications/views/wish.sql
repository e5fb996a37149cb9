-- How somebody wants to be told of an event: in the app, and by mail. What they say of the event stands over what they say of all.
create function api.notification_wish(person uuid, organization uuid, what text) returns table (here text, mail text) language sql stable as $$
    select coalesce((select p.mode from notification_preference p
                      where p.user_id = person and p.organization_id = organization and p.channel = 'in_app' and p.event in (what, '*')
                      order by p.event = '*' limit 1), 'now'),
           coalesce((select p.mode from notification_preference p
                      where p.user_id = person and p.organization_id = organization and p.channel = 'email' and p.event in (what, '*')
                      order by p.event = '*' limit 1), 'now')
$$;
