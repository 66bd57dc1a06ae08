-- Broadcast from the database: a row in realtime.messages is a message to a topic.
create schema realtime;
grant usage on schema realtime to anon, authenticated, service_role;
grant usage on schema realtime to postgres with grant option;
grant all on schema realtime to supabase_realtime_admin;

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    binary_payload bytea,
    primary key (id, inserted_at),
    check (payload is null or binary_payload is null)
) partition by range (inserted_at);
create index messages_inserted_at_topic_index
on realtime.messages (inserted_at desc, topic)
where extension = 'broadcast' and private is true;
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages
to anon, authenticated, service_role;
grant all on realtime.messages to postgres;

create function realtime.topic() returns text
language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;

create function realtime.send(
    payload jsonb, event text, topic text, private boolean default true
) returns void
language plpgsql
as $$
declare
    row_id uuid := gen_random_uuid();
    message jsonb := payload;
begin
    -- As on the platform: a message that cannot be sent is lost with a warning,
    -- never the transaction that sends it.
    begin
        if message is not null and not message ? 'id' then
            message := message || jsonb_build_object('id', row_id);
        end if;
        perform set_config('realtime.topic', topic, true);
        insert into realtime.messages (id, payload, event, topic, private, extension)
        values (row_id, message, event, topic, private, 'broadcast');
    exception when others then
        raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
    end;
end
$$;

create function realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text,
    table_schema text, new record, old record, level text default 'ROW'
) returns void
language plpgsql
as $$
begin
    if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
    elsif operation not in ('INSERT', 'UPDATE', 'DELETE') then
        raise exception 'Unexpected operation type: %', operation;
    end if;
    perform realtime.send(
        jsonb_build_object(
            'old_record', case when operation <> 'INSERT' then to_jsonb(old) end,
            'record', case when operation <> 'DELETE' then to_jsonb(new) end,
            'operation', operation, 'table', table_name, 'schema', table_schema
        ),
        event_name, topic_name, true
    );
end
$$;

-- Hosted, the service reads the write-ahead log; here a note with the row's key wakes
-- it. Both see committed rows only, in commit order.
create function realtime.announce_message() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    perform pg_catalog.pg_notify('realtime_messages', new.id::text);
    return null;
end
$$;
create trigger announce_message after insert on realtime.messages
for each row execute function realtime.announce_message();

-- The service keeps partitions for yesterday to three days ahead (UTC), and drops
-- those older than three days.
create function realtime.keep_partitions() returns void
language plpgsql
set search_path = ''
as $$
declare
    today date := (now() at time zone 'utc')::date;
    part text;
    day date;
begin
    for day in select today + i from generate_series(-1, 3) as i loop
        part := to_char(day, '"messages_"YYYY_MM_DD');
        continue when to_regclass('realtime.' || part) is not null;
        execute format(
            'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
            part, day, day + 1
        );
        execute format('alter table realtime.%I owner to supabase_realtime_admin', part);
        execute format('alter table realtime.%I enable row level security', part);
    end loop;
    for part in
        select inhrelid::regclass::text from pg_inherits
        where inhparent = 'realtime.messages'::regclass
        and inhrelid::regclass::text < to_char(today - 3, '"realtime.messages_"YYYY_MM_DD')
    loop
        execute 'drop table ' || part;
    end loop;
end
$$;
revoke execute on function realtime.keep_partitions() from public;
select realtime.keep_partitions();
