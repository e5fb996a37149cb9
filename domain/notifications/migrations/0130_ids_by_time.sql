-- Ids of what comes by the thousand are in the order of time, as those that the program makes (UUID version 7, RFC 9562): a thousand new rows change a few
-- pages at the end of an index, not a thousand all over it, however long the table is.
create function uuid7() returns uuid language sql volatile as $$
    select encode(set_byte(r.bytes, 6, get_byte(r.bytes, 6) & 15 | 112), 'hex')::uuid
      from (select overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1) as bytes) r
$$;
do $$ begin
    execute replace(pg_get_functiondef('deliver_notifications'::regproc), 'gen_random_uuid()', 'uuid7()');
end $$;
