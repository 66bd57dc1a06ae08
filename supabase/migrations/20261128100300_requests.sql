-- What every command meets first: how many a minute a person and an address may give, the
-- key that has a request carried out once, and the id that its traces share.
--
-- Commands are counted here, because the database is all that the instances of a function
-- share, and because who calls PostgREST himself must be counted too; in the guard that
-- every command begins with, so that a new one cannot forget it. Queries run in read-only
-- transactions, where nothing can be counted; the gateway's throttle and the roles'
-- statement timeouts hold those.
--
-- A count is held until its transaction ends. So that one person's requests do not wait
-- for each other, each connection counts in a row of its own (`slot`) and all rows are
-- added up; requests under way are not seen, so a limit may be passed by their number.

-- Limits ---------------------------------------------------------------------

create unlogged table private.command_counts (
    subject text not null,
    slot smallint not null,
    minute timestamptz not null,
    writes integer not null,
    primary key (subject, slot)
) with (fillfactor = 50);
comment on table private.command_counts is 'How many commands came in the last minute, from whom.';
comment on column private.command_counts.subject is
'A person, or an address as a keyed hash, so that none is kept.';
comment on column private.command_counts.slot is 'Which connections count here.';
comment on column private.command_counts.minute is 'The minute that was counted last.';
comment on column private.command_counts.writes is 'Commands in that minute.';
create index write_counts_age on private.command_counts (minute);

create function private.increment_command_count(who text, allowed integer) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    this_minute constant timestamptz := date_trunc('minute', now());
    counted integer;
begin
    if allowed is null then
        return;
    end if;
    insert into private.command_counts as counts (subject, slot, minute, writes)
    values (who, pg_backend_pid() % 32, this_minute, 1)
    on conflict (subject, slot) do update set
        minute = excluded.minute,
        writes = case when counts.minute = excluded.minute then counts.writes + 1 else 1 end
    returning writes into counted;
    if counted = 1 then
        delete from private.command_counts
        where (subject, slot) in (
            select old.subject, old.slot from private.command_counts as old
            where old.minute < now() - interval '10 minutes'
            order by old.minute limit 20
            for update skip locked
        );
    end if;
    select sum(writes) into counted from private.command_counts
    where subject = who and minute = this_minute;
    if counted > allowed then
        raise sqlstate 'PT429' using
            message = 'too-many-requests',
            detail = format('No more than %s changes a minute, please.', allowed),
            hint = ceil(
                extract(epoch from this_minute + interval '1 minute' - clock_timestamp())
            )::integer::text;
    end if;
end;
$$;
comment on function private.increment_command_count is
'Counts a command of somebody, or refuses it with PT429 and the seconds to wait as hint.';

create function private.calling_address() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    headers constant jsonb := nullif(current_setting('request.headers', true), '');
    address constant text := headers ->> 'x-autocrm-source';
    secret text;
begin
    if address is null then
        return null;
    end if;
    secret := private.secret('autocrm_source_secret');
    -- Anybody may send these headers; only our functions can prove them.
    if secret is null or headers ->> 'x-autocrm-source-proof'
    is distinct from encode(extensions.hmac(address, secret, 'sha256'), 'hex') then
        return null;
    end if;
    -- Who has one address of IPv6 has all of its /64.
    return encode(extensions.hmac(
        network(set_masklen(
            address::inet, case family(address::inet) when 6 then 64 else 32 end
        ))::text,
        secret, 'sha256'
    ), 'hex');
end;
$$;
comment on function private.calling_address is
'The address a request came to our functions from, as a keyed hash; null when nothing proves it.';

create function private.count_command(me uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    settings private.settings;
    address text;
begin
    if current_setting('transaction_read_only') = 'on'
    or current_setting('role') <> 'authenticated'
    -- A command may ask its guards several times.
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
'Counts the command that is being carried out, once, for its caller and for the address it came from.';

-- Idempotency ----------------------------------------------------------------

create table private.idempotency_keys (
    person_id uuid not null references public.profiles (id) on delete cascade,
    key text not null,
    request text not null,
    answer jsonb,
    created_at timestamptz not null default now(),
    primary key (person_id, key),
    constraint idempotency_keys_key_length check (length(key) between 1 and 255)
);
comment on table private.idempotency_keys is
'Answers to requests that came with an Idempotency-Key, kept for a day.';
comment on column private.idempotency_keys.person_id is 'Who asked; keys of others never meet.';
comment on column private.idempotency_keys.key is 'What the client called the request.';
comment on column private.idempotency_keys.request is 'Digest of the command and what it was given.';
comment on column private.idempotency_keys.answer is 'What was answered.';
comment on column private.idempotency_keys.created_at is 'When it was first asked.';
create index idempotency_keys_age on private.idempotency_keys (created_at);

create function private.stored_response(key text, request jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    digest constant text := encode(extensions.digest(request::text, 'sha256'), 'hex');
    earlier private.idempotency_keys;
begin
    if key is null then
        return null;
    end if;
    if length(key) not between 1 and 255 then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'An Idempotency-Key has 1 to 255 characters.';
    end if;
    delete from private.idempotency_keys as kept
    where kept.person_id = me and kept.key = stored_response.key
        and kept.created_at < now() - interval '1 day';
    -- Answers hold what people wrote, so those of people who never return go as well.
    delete from private.idempotency_keys
    where (person_id, idempotency_keys.key) in (
        select old.person_id, old.key from private.idempotency_keys as old
        where old.created_at < now() - interval '1 day'
        order by old.created_at limit 20
        for update skip locked
    );
    -- Of two requests at once, the second waits here until the first has committed.
    insert into private.idempotency_keys (person_id, key, request)
    values (me, stored_response.key, digest)
    on conflict do nothing;
    if found then
        return null;
    end if;
    select * into earlier from private.idempotency_keys as kept
    where kept.person_id = me and kept.key = stored_response.key;
    if earlier.request is distinct from digest then
        raise sqlstate 'PT422' using
            message = 'idempotency-key-reused',
            detail = 'This Idempotency-Key came with another request before. Use a new one.';
    end if;
    return earlier.answer;
end;
$$;
comment on function private.stored_response is
'The answer this request got before, or null when it is new and now claimed; PT422 for a key of another request.';

create function private.store_response(key text, answer jsonb) returns void
language sql security definer set search_path = ''
as $$
    update private.idempotency_keys as kept
    set answer = store_response.answer
    where kept.person_id = auth.uid() and kept.key = store_response.key;
$$;
comment on function private.store_response is 'Keeps the answer of a claimed request, in the same transaction.';

-- Correlation ----------------------------------------------------------------

create function private.correlation_id() returns text
language sql stable set search_path = ''
as $$
    -- Whoever calls the database directly may say anything, so only the form is taken.
    select said.id
    from (
        select nullif(current_setting('request.headers', true), '')::json
            ->> 'x-correlation-id' as id
    ) as said
    where said.id ~ '^[A-Za-z0-9+/=_-]{1,64}$';
$$;
comment on function private.correlation_id is
'What our logs call the request that is being answered, or null.';
