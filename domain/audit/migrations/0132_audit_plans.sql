-- What differs is found by a plan that a session keeps: a function in SQL is parsed and planned again in each transaction, which was a tenth of
-- what it takes to make a job. What nobody should read, or what always changes, is left out, as before.
create or replace function audit_difference(before jsonb, after jsonb) returns jsonb language plpgsql immutable as $$
begin
    return (select coalesce(jsonb_object_agg(key, jsonb_build_array(before -> key, after -> key)), '{}')
              from jsonb_each(coalesce(after, before))
             where key not in ('id', 'organization_id', 'version', 'created_at', 'updated_at', 'status_since', 'unassigned_since',
                               'password_hash', 'token_hash', 'secret', 'private_key')
               and case when before is null or after is null then value <> 'null' else value is distinct from before -> key end);
end $$;
