-- The demo's organization, departments, people and job configuration. Nothing happens where they exist.
with here as (
    insert into organization (id, name, slug, time_zone) values ($1, 'Aurora Field Services', 'aurora', 'Europe/Paris') on conflict do nothing returning id
), departments as (
    insert into department (id, organization_id, name, description)
    select gen_random_uuid(), here.id, d.name, d.what from here,
           (values ('Installations', 'New sites and extensions'), ('Maintenance', 'Planned upkeep'), ('Support', 'First answer to customers'),
                   ('Engineering', 'Design and tooling'), ('Logistics', 'Stock, vans and deliveries'), ('Quality', 'Audits and safety')) as d(name, what)
    returning id, organization_id, name
), types as (
    insert into job_type (id, organization_id, name)
    select gen_random_uuid(), here.id, t from here, unnest(array['Installation', 'Inspection', 'Repair', 'Consulting', 'Incident']) t returning id
), statuses as (
    insert into job_status (id, organization_id, name, slug, display_order, category, pauses_sla, is_default)
    select gen_random_uuid(), here.id, s.name, trim(both '_' from regexp_replace(lower(s.name), '[^a-z0-9]+', '_', 'g')), s.place, s.category, s.category = 'blocked', s.place = 1 from here,
           (values ('Open', 1, 'open'), ('In Progress', 2, 'in_progress'), ('Blocked', 3, 'blocked'), ('Pending Review', 4, 'review'), ('Completed', 5, 'done'),
                   ('Cancelled', 6, 'cancelled')) as s(name, place, category) returning id
), priorities as (
    insert into job_priority (id, organization_id, name, slug, level, color)
    select gen_random_uuid(), here.id, p.name, lower(p.name), p.level, p.color from here,
           (values ('Low', 1, '#6B8E9F'), ('Normal', 2, '#4C9F70'), ('High', 3, '#FF5733'), ('Urgent', 4, '#B00020')) as p(name, level, color) returning id
), names as (
    select row_number() over () as n, * from unnest(
        array['Alice','Björn','Chloé','Dmitri','Élodie','Fatima','Giorgos','Hanna','Inés','Jürgen','Κατερίνα','Łukasz','Mei','Noor','Øyvind','Priya','Quentin','Raúl','Søren','Thảo','Uma','Václav','Wei','Xóchitl','Yuki','Zoë'],
        array['Martin','Sørensen','Dupont','Иванов','Lefèvre','Al-Sayed','Παπαδόπουλος','Nowak','García','Müller','Αλεξίου','Wiśniewski','王','Haddad','Bjørnstad','Sharma','Moreau','Ibáñez','Nielsen','Nguyễn','Rao','Dvořák','李','Hernández','田中','van Dijk']) as x(first_name, last_name)
)
insert into app_user (id, organization_id, email, name, first_name, last_name, department_id, time_zone)
select gen_random_uuid(), here.id, 'person' || n || '@demo.com', first_name || ' ' || last_name, first_name, last_name,
       (select id from departments order by name offset n % 6 limit 1), 'Europe/Paris'
  from here, names
