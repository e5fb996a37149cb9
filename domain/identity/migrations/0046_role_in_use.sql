-- A role that somebody holds is not deleted: they would hold nothing. Who is given it meanwhile waits for the row, and finds it gone.
create function role_in_use() returns trigger language plpgsql as $$
begin
    if exists (select from membership where role_id = new.id and deleted_at is null) then
        raise exception 'role % is still referenced', new.id using errcode = 'foreign_key_violation', constraint = 'membership_has_role';
    end if;
    return new;
end $$;
create trigger in_use before update of deleted_at on role
    for each row when (old.deleted_at is null and new.deleted_at is not null) execute function role_in_use();
