-- Rate limits, idempotency keys and correlation ids of requests.
--
-- Commands are counted in the database, because it is the only state that the instances of a
-- function share, and because direct calls of PostgREST must be counted too. They are counted
-- by private.require_caller, with which every command begins, so that no command can omit it.
-- Queries run in read-only transactions and are not counted; the gateway's throttle and the
-- roles' statement timeouts limit them.
--
-- A counter row stays locked until its transaction ends. So that concurrent requests of one
-- person do not wait for each other, each connection counts in a row of its own (`slot`), and
-- the rows are summed. Uncommitted requests are not in the sum, so a limit may be exceeded by
-- the number of concurrent requests.

-- Limits ---------------------------------------------------------------------

create unlogged table private.command_counts (
    subject text not null,
    slot smallint not null,
    minute timestamptz not null,
    commands integer not null,
    bytes bigint not null default 0,
    primary key (subject, slot)
) with (fillfactor = 50);
comment on table private.command_counts is 'Commands and bytes a minute of each caller, for the rate limits.';
comment on column private.command_counts.subject is
'The id of a person, or the keyed hash of an address; no address is stored.';
comment on column private.command_counts.slot is 'Backend process id modulo 32.';
comment on column private.command_counts.minute is 'The last minute in which a command came.';
comment on column private.command_counts.commands is 'Commands in that minute.';
comment on column private.command_counts.bytes is
'Bytes of long texts and fields written in that minute; see private.count_bytes.';
create index command_counts_age on private.command_counts (minute);

create function private.seconds_left(minute timestamptz) returns text
language sql volatile set search_path = ''
as $$
    -- A command that began in a minute may end after it: nobody is to wait less than a second.
    select greatest(
        1, ceil(extract(epoch from minute + interval '1 minute' - clock_timestamp()))
    )::integer::text;
$$;
comment on function private.seconds_left is
'How long the refused wait until a minute is over, in whole seconds.';

create function private.increment_command_count(
    caller_key text, max_per_minute integer
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    this_minute constant timestamptz := date_trunc('minute', now());
    total integer;
begin
    if max_per_minute is null then
        return;
    end if;
    insert into private.command_counts as counts (subject, slot, minute, commands)
    values (caller_key, pg_backend_pid() % 32, this_minute, 1)
    on conflict (subject, slot) do update set
        minute = excluded.minute,
        commands = case when counts.minute = excluded.minute then counts.commands + 1 else 1 end,
        bytes = case when counts.minute = excluded.minute then counts.bytes else 0 end
    returning commands into total;
    if total = 1 then
        -- Materialized, so that no plan looks for twenty more for every row.
        with old as materialized (
            select counted.subject, counted.slot from private.command_counts as counted
            where counted.minute < now() - interval '10 minutes'
            order by counted.minute limit 20
            for update skip locked
        )

        delete from private.command_counts as counts
        using old
        where counts.subject = old.subject and counts.slot = old.slot;
    end if;
    select sum(commands) into total from private.command_counts
    where subject = caller_key and minute = this_minute;
    if total > max_per_minute then
        raise sqlstate 'PT429' using
            message = 'too-many-requests',
            detail = format('No more than %s changes a minute, please.', max_per_minute),
            hint = private.seconds_left(this_minute);
    end if;
end;
$$;
comment on function private.increment_command_count is
'Counts one command of a person or address; PT429 over the limit, with the seconds to wait as hint.';

create function private.proven_headers() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    headers constant jsonb := nullif(current_setting('request.headers', true), '');
    proof constant text := headers ->> 'x-autocrm-source-proof';
    secret text;
begin
    if proof is null then
        return null;
    end if;
    secret := private.secret('autocrm_source_secret');
    -- Anybody may send these headers; only our functions know the secret of the proof.
    if proof is distinct from encode(
        extensions.hmac(
            concat(headers ->> 'x-autocrm-source', ' ', headers ->> 'x-correlation-id'),
            secret, 'sha256'
        ),
        'hex'
    ) then
        return null;
    end if;
    return headers;
end;
$$;
comment on function private.proven_headers is
'The headers of a request that one of our functions sent, proved for the client address and the correlation id in them; else null.';

create function private.calling_address() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    address constant text := nullif(private.proven_headers() ->> 'x-autocrm-source', '');
    secret constant text := private.secret('autocrm_source_secret');
begin
    if address is null then
        return null;
    end if;
    -- Whoever has one IPv6 address has its whole /64 network.
    return encode(extensions.hmac(
        network(set_masklen(
            address::inet, case family(address::inet) when 6 then 64 else 32 end
        ))::text,
        secret, 'sha256'
    ), 'hex');
end;
$$;
comment on function private.calling_address is
'The client address that our functions report, as a keyed hash; null without a valid proof.';

create function private.count_command(me uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    settings private.settings;
    address text;
begin
    if current_setting('transaction_read_only') = 'on'
    or current_setting('role') <> 'authenticated'
    -- A command may call its guards several times.
    or current_setting('autocrm.counted', true) = statement_timestamp()::text then
        return;
    end if;
    perform set_config('autocrm.counted', statement_timestamp()::text, true);
    select * into settings from private.settings;
    perform private.increment_command_count(me::text, settings.commands_per_minute);
    address := private.calling_address();
    if address is not null then
        perform private.increment_command_count(address, settings.commands_per_minute_by_address);
    end if;
end;
$$;
comment on function private.count_command is
'Counts the current command once, for its caller and for the address it came from.';

create function private.count_bytes(bytes bigint) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := auth.uid();
    this_minute constant timestamptz := date_trunc('minute', now());
    max_per_minute integer;
    total bigint;
begin
    if me is null or current_setting('role') <> 'authenticated' then
        return;
    end if;
    select bytes_per_minute into max_per_minute from private.settings;
    if max_per_minute is null then
        return;
    end if;
    insert into private.command_counts as counts (subject, slot, minute, commands, bytes)
    values (me::text, pg_backend_pid() % 32, this_minute, 0, count_bytes.bytes)
    on conflict (subject, slot) do update set
        minute = excluded.minute,
        commands = case when counts.minute = excluded.minute then counts.commands else 0 end,
        bytes = excluded.bytes
        + case when counts.minute = excluded.minute then counts.bytes else 0 end;
    select sum(counts.bytes) into total from private.command_counts as counts
    where counts.subject = me::text and counts.minute = this_minute;
    if total > max_per_minute then
        raise sqlstate 'PT429' using
            message = 'too-many-requests',
            detail = format('No more than %s bytes a minute, please.', max_per_minute),
            hint = private.seconds_left(this_minute);
    end if;
end;
$$;
comment on function private.count_bytes is
'Counts bytes that the calling person has written; PT429 over the limit, with the seconds to wait as hint.';

create function private.count_written_bytes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.count_bytes((
        select sum(octet_length(field.value))
        from jsonb_each_text(to_jsonb(new)) as field
        where field.key = any (tg_argv)
    ));
    return null;
end;
$$;
comment on function private.count_written_bytes is
'Counts the bytes of the named columns of a new row. Triggers call it for long rows only: short ones are limited by the number of commands.';

-- Idempotency ----------------------------------------------------------------

create table private.idempotency_keys (
    person_id uuid not null references public.people (id) on delete cascade,
    key text not null,
    request text not null,
    response jsonb,
    created_at timestamptz not null default now(),
    primary key (person_id, key),
    constraint idempotency_keys_key_form check (key ~ '^[\x21-\x7e]{1,255}$')
);
comment on table private.idempotency_keys is
'Responses to requests that had an Idempotency-Key, kept for a day.';
comment on column private.idempotency_keys.person_id is 'The caller; keys of different people never conflict.';
comment on column private.idempotency_keys.key is 'The Idempotency-Key.';
comment on column private.idempotency_keys.request is 'SHA-256 of the command and its arguments.';
comment on column private.idempotency_keys.response is 'The stored response.';
comment on column private.idempotency_keys.created_at is 'When the key was first used.';
create index idempotency_keys_age on private.idempotency_keys (created_at);

create function private.stored_response(key text, request jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    digest constant text := encode(extensions.digest(request::text, 'sha256'), 'hex');
    stored private.idempotency_keys;
begin
    if key is null then
        return null;
    end if;
    if key !~ '^[\x21-\x7e]{1,255}$' then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'An Idempotency-Key has 1 to 255 characters of ASCII without spaces.';
    end if;
    delete from private.idempotency_keys as keys
    where keys.person_id = me and keys.key = stored_response.key
        and keys.created_at < now() - interval '1 day';
    -- Responses contain what people wrote, so expired ones of other people are deleted too.
    with old as materialized (
        select expired.person_id, expired.key from private.idempotency_keys as expired
        where expired.created_at < now() - interval '1 day'
        order by expired.created_at limit 20
        for update skip locked
    )

    delete from private.idempotency_keys as keys
    using old
    where keys.person_id = old.person_id and keys.key = old.key;
    -- Of two requests at once, the second waits here until the first has committed.
    insert into private.idempotency_keys (person_id, key, request)
    values (me, stored_response.key, digest)
    on conflict do nothing;
    if found then
        return null;
    end if;
    select * into stored from private.idempotency_keys as keys
    where keys.person_id = me and keys.key = stored_response.key;
    if stored.request is distinct from digest then
        raise sqlstate 'PT422' using
            message = 'idempotency-key-reused',
            detail = 'This Idempotency-Key came with another request before. Use a new one.';
    end if;
    return stored.response;
end;
$$;
comment on function private.stored_response is
'The response to an earlier request with this key, or null after claiming the key for this one; PT422 when the key belongs to a different request. A command returns it only to a caller who may still see what it shows.';

create function private.store_response(key text, response jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if key is not null then
        update private.idempotency_keys as keys
        set response = store_response.response
        where keys.person_id = auth.uid() and keys.key = store_response.key;
    end if;
end;
$$;
comment on function private.store_response is 'Stores the response of a request whose key is claimed, in the same transaction.';

-- Correlation ----------------------------------------------------------------

create function private.correlation_id() returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    headers jsonb := nullif(current_setting('request.headers', true), '');
    of_statement constant text := statement_timestamp()::text || ' ';
    known constant text := current_setting('autocrm.correlation_id', true);
    id text;
begin
    if headers is null then
        return null;
    end if;
    -- A command may write several events.
    if starts_with(known, of_statement) then
        return substr(known, length(of_statement) + 1);
    end if;
    -- Workers have the secret key. Of others only our functions are believed; whoever calls
    -- directly could write into the trail of another request.
    if current_setting('role') <> 'service_role' then
        headers := private.proven_headers();
    end if;
    id := coalesce(
        substring(headers ->> 'x-correlation-id' from '^[A-Za-z0-9+/=_-]{1,64}$'),
        gen_random_uuid()::text
    );
    perform set_config('autocrm.correlation_id', of_statement || id, true);
    return id;
end;
$$;
comment on function private.correlation_id is
'The correlation id of the current request: as in the logs of the function that sent it, or a new one for a direct call; null outside of requests.';
