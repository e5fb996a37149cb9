-- The organization as its people see it. Index: primary key.
select json_build_object('id', id, 'name', name, 'slug', slug, 'time_zone', time_zone, 'locale', locale, 'settings', settings, 'version', version,
           'created_at', created_at, 'updated_at', updated_at)::text, version
  from organization where id = $1::uuid and deleted_at is null
