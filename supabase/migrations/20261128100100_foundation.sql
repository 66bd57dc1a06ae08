-- Extensions, schemas, default privileges, settings and secrets: the base of every later file.
--
-- Tables that Realtime's policies read are in `public`, all other tables in `private`; clients
-- reach neither schema. The functions that clients may call are in `api`.

create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pg_net with schema extensions;

create schema private;
comment on schema private is
'Tables and functions behind the policies, triggers and commands; never exposed by an API.';
grant usage on schema private to authenticated;

create schema api;
comment on schema api is
'Commands and queries for clients; the only schema that PostgREST serves.';
grant usage on schema api to anon, authenticated, service_role;

-- Platforms differ in what they grant by default, and PostgreSQL grants EXECUTE to everybody.
-- Here every privilege is granted explicitly by a migration.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public
revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
revoke all on functions from anon, authenticated, service_role;

create table private.settings (
    only_row boolean primary key default true,
    solved_closes_after interval not null default '4 days',
    email_delay interval not null default '30 seconds',
    confirm_new_tickets boolean not null default false,
    webhook_disabled_after interval not null default '3 days',
    webhook_log_kept interval not null default '30 days',
    page_scan_limit integer not null default 5000,
    reply_lease interval not null default '2 minutes',
    commands_per_minute integer default 600,
    commands_per_minute_by_address integer default 3000,
    bytes_per_minute integer default 10485760,
    constraint settings_only_row check (only_row),
    constraint settings_solved_closes_after check (
        solved_closes_after between interval '1 hour' and interval '28 days'
    ),
    constraint settings_email_delay check (
        email_delay between interval '0' and interval '1 hour'
    ),
    constraint settings_webhook_disabled_after check (
        webhook_disabled_after between interval '1 hour' and interval '30 days'
    ),
    constraint settings_webhook_log_kept check (
        webhook_log_kept between interval '2 days' and interval '365 days'
    ),
    constraint settings_page_scan_limit check (page_scan_limit between 100 and 100000),
    constraint settings_reply_lease check (
        reply_lease between interval '10 seconds' and interval '1 hour'
    ),
    constraint settings_commands_per_minute check (commands_per_minute >= 0),
    constraint settings_commands_per_minute_by_address check (commands_per_minute_by_address >= 0),
    constraint settings_bytes_per_minute check (bytes_per_minute >= 0)
);
comment on table private.settings is 'Settings of this deployment; one row.';
comment on column private.settings.only_row is 'Always true, so that there is at most one row.';
comment on column private.settings.solved_closes_after is
'How long a solved ticket may still be reopened; 1 hour to 28 days.';
comment on column private.settings.email_delay is
'How long an email collects further events after its first one; 0 to 1 hour.';
comment on column private.settings.confirm_new_tickets is
'Whether the requester of a new ticket gets an email that it has arrived.';
comment on column private.settings.webhook_disabled_after is
'How long an endpoint may fail without any success before it is disabled; 1 hour to 30 days.';
comment on column private.settings.webhook_log_kept is
'How long webhook deliveries and their attempts are kept, sent or not; 2 to 365 days.';
comment on column private.settings.page_scan_limit is
'How many tickets a page or a count of a queue may scan; 100 to 100,000.';
comment on column private.settings.reply_lease is
'How long a reply lease lasts after it was last renewed; 10 seconds to 1 hour.';
comment on column private.settings.commands_per_minute is
'Rate limit a person: commands a minute; null for no limit.';
comment on column private.settings.commands_per_minute_by_address is
'Rate limit a network address: commands a minute through our functions; null for no limit.';
comment on column private.settings.bytes_per_minute is
'Rate limit a person: bytes of long texts and fields written a minute; null for no limit. The default is 50 comments of the greatest length.';

insert into private.settings default values;

create function private.secret(secret_name text) returns text
language sql stable security definer set search_path = ''
as $$
    select decrypted_secret from vault.decrypted_secrets where name = secret_name;
$$;
comment on function private.secret is 'A secret from the Vault by name, or null.';

-- Versions of what is edited -------------------------------------------------

create function private.increment_version() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.version := old.version + 1;
    return new;
end;
$$;
comment on function private.increment_version is
'Counts the changes of a row in its column version; a trigger before update of tables that are edited.';

create function private.require_version(version integer, expected_version integer) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if expected_version <> version then
        raise sqlstate 'PT412' using
            message = 'stale',
            detail = format('This has changed since you read it: it is at version %s.', version);
    end if;
end;
$$;
comment on function private.require_version is
'PT412 when somebody expects another version than a row is at; null expects none.';

-- Pages ----------------------------------------------------------------------

create function private.page_limit(page_size integer) returns integer
language sql immutable set search_path = ''
as $$
    select least(greatest(coalesce(page_size, 50), 1), 1000);
$$;
comment on function private.page_limit is 'How many items a page may hold that was requested with this size.';

create function private.page_of(
    all_items json[],
    sort_keys jsonb[],
    page_size integer,
    max_bytes bigint default 4000000,
    out items json,
    out next jsonb
)
language plpgsql immutable set search_path = ''
as $$
declare
    item json;
    bytes bigint := 0;
    shown integer := 0;
begin
    foreach item in array coalesce(all_items, '{}') loop
        -- A function's response is sent as a text within JSON, which escapes it once more. Of
        -- the 6 MB that AWS Lambda sends at most, a third is left for a last, long item.
        bytes := bytes + octet_length(to_json(item::text)::text);
        exit when shown = private.page_limit(page_size) or (bytes > max_bytes and shown > 0);
        shown := shown + 1;
    end loop;
    items := to_json(coalesce(all_items[:shown], '{}'));
    next := case when shown < cardinality(all_items) then sort_keys[shown] end;
end;
$$;
comment on function private.page_of is
'As many items as a page holds, in number and in bytes, but at least one; and the sort key of the last of them if there are more, else null. Callers pass one item more than the page holds.';
grant execute on function private.page_limit, private.page_of to authenticated;

create function api.health() returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object('status', 'ok');
$$;
comment on function api.health is 'Health check: returns ok when the database responds.';

grant execute on function api.health to anon;
grant execute on function api.health to authenticated;
grant execute on function api.health to service_role;
