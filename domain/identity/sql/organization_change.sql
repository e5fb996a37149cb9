-- Changes what was given; members of `settings` are merged, null takes one away. Index: primary key.
update organization o
   set name = coalesce($2::jsonb ->> 'name', o.name), time_zone = coalesce($2::jsonb ->> 'time_zone', o.time_zone), locale = coalesce($2::jsonb ->> 'locale', o.locale),
       settings = jsonb_strip_nulls(o.settings || coalesce($2::jsonb -> 'settings', '{}'))
 where o.id = $1::uuid and o.deleted_at is null
