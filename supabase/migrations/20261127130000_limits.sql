-- Nobody writes without end: so many commands a minute for a person, and for an address.
--
-- They are counted here, because the database is all that the instances of a function
-- share, and because who calls PostgREST himself must be counted too; in the guard that
-- every command begins with, so that a new one cannot forget it. Queries run in read-only
-- transactions, where nothing can be counted; the gateway's throttle and the roles'
-- statement timeouts hold those.
--
-- A count is held until its transaction ends. So that one person's requests do not wait
-- for each other, each connection counts in a row of its own (`slot`) and all rows are
-- added up; requests under way are not seen, so a limit may be passed by their number.

-- One row of settings is checked: nobody waits.
-- squawk-ignore-file constraint-missing-not-valid

alter table private.desk_settings
add column writes_a_minute integer default 600,
add column writes_a_minute_by_address integer default 3000,
add constraint desk_settings_writes_a_minute check (writes_a_minute >= 0),
add constraint desk_settings_writes_a_minute_by_address check (
    writes_a_minute_by_address >= 0
);
comment on column private.desk_settings.writes_a_minute is
'Commands that a person may give in a minute; null for any number.';
comment on column private.desk_settings.writes_a_minute_by_address is
'Commands that may come from a network address in a minute through the API; null for any number.';

-- A crash empties it, which forgives everybody a minute and costs no commit anything.
create unlogged table private.write_counts (
    subject text not null,
    slot smallint not null,
    minute timestamptz not null,
    writes integer not null,
    primary key (subject, slot)
) with (fillfactor = 50);
comment on table private.write_counts is 'How many commands came in the last minute, from whom.';
comment on column private.write_counts.subject is
'A person, or an address as a keyed hash, so that none is kept.';
comment on column private.write_counts.slot is 'Which connections count here.';
comment on column private.write_counts.minute is 'The minute that was counted last.';
comment on column private.write_counts.writes is 'Commands in that minute.';
create index write_counts_age on private.write_counts (minute);

create function private.count_write(who text, allowed integer) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    this_minute constant timestamptz := date_trunc('minute', now());
    counted integer;
begin
    if allowed is null then
        return;
    end if;
    insert into private.write_counts as counts (subject, slot, minute, writes)
    values (who, pg_backend_pid() % 32, this_minute, 1)
    on conflict (subject, slot) do update set
        minute = excluded.minute,
        writes = case when counts.minute = excluded.minute then counts.writes + 1 else 1 end
    returning writes into counted;
    if counted = 1 then
        delete from private.write_counts
        where (subject, slot) in (
            select old.subject, old.slot from private.write_counts as old
            where old.minute < now() - interval '10 minutes'
            order by old.minute limit 20
            for update skip locked
        );
    end if;
    select sum(writes) into counted from private.write_counts
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
comment on function private.count_write is
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

-- What reads is not counted, nor is what workers do in the name of people.
create function private.count_command(me uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    settings private.desk_settings;
    address text;
begin
    if current_setting('transaction_read_only') = 'on'
    or current_setting('role') <> 'authenticated'
    -- A command may ask its guards several times.
    or current_setting('autocrm.counted', true) = statement_timestamp()::text then
        return;
    end if;
    perform set_config('autocrm.counted', statement_timestamp()::text, true);
    select * into settings from private.desk_settings;
    perform private.count_write(me::text, settings.writes_a_minute);
    address := private.calling_address();
    if address is not null then
        perform private.count_write(address, settings.writes_a_minute_by_address);
    end if;
end;
$$;
comment on function private.count_command is
'Counts the command that is being carried out, once, for its caller and for the address it came from.';

create or replace function private.require_caller() returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    me uuid := private.caller();
begin
    if me is null then
        raise sqlstate 'PT401' using
            message = 'unauthenticated',
            detail = 'Sign in first.';
    end if;
    perform private.count_command(me);
    return me;
end;
$$;
comment on function private.require_caller is
'The person behind the request, who has not called too often; PT401 when there is none, PT429.';

revoke execute on function private.count_write, private.calling_address, private.count_command
from public, anon, authenticated, service_role;
