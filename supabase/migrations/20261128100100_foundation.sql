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

create function private.is_language(value text) returns boolean
language sql immutable parallel safe set search_path = ''
begin atomic
    select value ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$';
end;
comment on function private.is_language is
'Whether a text is a language tag of BCP 47 with a script and a region at most, such as de or pt-BR.';

-- Settings --------------------------------------------------------------------
--
-- A setting is a column of private.settings: its default is the default, its comment the meaning,
-- its type the type. Its row in private.setting_definitions has its bounds. api.get_settings
-- shows them together, and api.change_settings changes them.

create table private.settings (
    only_row boolean primary key default true,
    version integer not null default 1,
    default_language text not null default 'en',
    solved_closes_after interval not null default '4 days',
    email_delay interval not null default '30 seconds',
    confirm_new_tickets boolean not null default false,
    addresses_are_confirmed boolean not null default false,
    organization_moves_tickets boolean not null default false,
    webhook_disabled_after interval not null default '3 days',
    webhook_log_kept interval not null default '30 days',
    page_scan_limit integer not null default 5000,
    reply_lease interval not null default '2 minutes',
    commands_per_minute integer default 600,
    commands_per_minute_by_address integer default 3000,
    bytes_per_minute integer default 10485760,
    constraint settings_only_row check (only_row),
    constraint settings_default_language check (private.is_language(default_language))
);
comment on table private.settings is 'Settings of this deployment; one row.';
comment on column private.settings.only_row is 'Always true, so that there is at most one row.';
comment on column private.settings.version is 'Incremented with every change; the ETag.';
comment on column private.settings.default_language is
'The language of what has no translation into the language that somebody asks for, as a tag such as de or pt-BR.';
comment on column private.settings.solved_closes_after is
'How long a solved ticket may still be reopened.';
comment on column private.settings.email_delay is
'How long an email collects further events after its first one.';
comment on column private.settings.confirm_new_tickets is
'Whether the requester of a new ticket gets an email that it has arrived.';
comment on column private.settings.addresses_are_confirmed is
'Whether Auth confirms addresses by email when people sign up, so that a confirmed one proves who they are. make connect compares it with Auth.';
comment on column private.settings.organization_moves_tickets is
'Whether the tickets that somebody has requested go along when they move to another organization; else only what they request from then on is its.';
comment on column private.settings.webhook_disabled_after is
'How long an endpoint may fail without any success before it is disabled.';
comment on column private.settings.webhook_log_kept is
'How long webhook deliveries and their attempts are kept, sent or not.';
comment on column private.settings.page_scan_limit is
'How many tickets a page or a count of a queue may scan.';
comment on column private.settings.reply_lease is
'How long a reply lease lasts after it was last renewed.';
comment on column private.settings.commands_per_minute is
'Rate limit a person: commands a minute; null for no limit.';
comment on column private.settings.commands_per_minute_by_address is
'Rate limit a network address: commands a minute through our functions; null for no limit.';
comment on column private.settings.bytes_per_minute is
'Rate limit a person: bytes of long texts and fields written a minute; null for no limit. The default is 50 comments of the greatest length.';

create table private.setting_definitions (
    setting text primary key,
    is_public boolean not null,
    unit text,
    minimum numeric,
    maximum numeric
);
comment on table private.setting_definitions is
'The bounds of each setting, and who may know it; the only place that has them.';
comment on column private.setting_definitions.setting is 'The column of private.settings.';
comment on column private.setting_definitions.is_public is
'Whether everybody signed in may know it; all others need settings.manage.';
comment on column private.setting_definitions.unit is
'What a number counts; durations are in seconds.';
comment on column private.setting_definitions.minimum is 'The least value, in its unit.';
comment on column private.setting_definitions.maximum is 'The greatest value, in its unit.';

insert into private.setting_definitions (setting, is_public, unit, minimum, maximum) values
('default_language', true, null, null, null),
('solved_closes_after', true, 'seconds', 3600, 28 * 86400),
('email_delay', false, 'seconds', 0, 3600),
('confirm_new_tickets', true, null, null, null),
('addresses_are_confirmed', false, null, null, null),
('organization_moves_tickets', false, null, null, null),
('webhook_disabled_after', false, 'seconds', 3600, 30 * 86400),
('webhook_log_kept', false, 'seconds', 2 * 86400, 365 * 86400),
('page_scan_limit', false, 'tickets', 100, 100000),
('reply_lease', true, 'seconds', 10, 3600),
-- At least one, so that whoever has lowered a limit too far can raise it again.
('commands_per_minute', true, 'commands', 1, 1000000),
('commands_per_minute_by_address', false, 'commands', 1, 10000000),
('bytes_per_minute', true, 'bytes', 0, 2147483647);

create function private.setting_values(settings private.settings) returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_object_agg(
        columns.attname,
        case columns.atttypid
            when 'interval'::regtype then to_jsonb(trim_scale(
                extract(epoch from (to_jsonb(settings) ->> columns.attname)::interval)
            ))
            else to_jsonb(settings) -> columns.attname
        end
    )
    from pg_catalog.pg_attribute as columns
    where columns.attrelid = 'private.settings'::regclass
        and columns.attnum > 0 and not columns.attisdropped
        and columns.attname not in ('only_row', 'version');
$$;
comment on function private.setting_values is
'All settings as a JSON object; durations as seconds.';

create function private.require_bounds(setting_values jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    broken private.setting_definitions;
begin
    select definitions.* into broken
    from private.setting_definitions as definitions
    inner join jsonb_each(setting_values) as given (setting, value) using (setting)
    where case
            when jsonb_typeof(given.value) = 'number' then given.value::numeric not between
                coalesce(definitions.minimum, '-infinity')
                and coalesce(definitions.maximum, 'infinity')
        end
    order by definitions.setting
    limit 1;
    if broken.setting is not null then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format(
                '%s is %s to %s %s.', broken.setting, broken.minimum, broken.maximum, broken.unit
            );
    end if;
end;
$$;
comment on function private.require_bounds is
'PT422 unless each of these settings, by name, is within its bounds.';

create function private.check_settings() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_bounds(private.setting_values(new));
    return null;
end;
$$;
comment on function private.check_settings is 'Holds the settings within their bounds, whoever writes.';

create trigger check_settings
after insert or update on private.settings
for each row execute function private.check_settings();

insert into private.settings default values;

create function private.secret(secret_name text) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select decrypted_secret from vault.decrypted_secrets where name = secret_name);
end;
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

create trigger increment_version
before update on private.settings
for each row execute function private.increment_version();

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
language sql immutable
begin atomic
    select least(greatest(coalesce(page_size, 50), 1), 1000);
end;
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
