-- What every later file stands on: extensions, the schemas, rights that start from nothing,
-- the settings of this deployment, and its secrets.
--
-- Tables that policies of Realtime read stand in `public`, everything else in `private`;
-- clients reach neither. What they may call stands in `api`.

create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pg_net with schema extensions;

create schema private;
comment on schema private is
'What policies, triggers and commands are made of; never exposed by an API.';
grant usage on schema private to authenticated;

create schema api;
comment on schema api is
'Commands and queries: all that clients reach, and nothing else. PostgREST serves this schema alone.';
grant usage on schema api to anon, authenticated, service_role;

-- Platforms differ in what they grant by default, and PostgreSQL itself grants
-- EXECUTE to everybody. Here a right exists because a migration names it.
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
    webhook_disabled_after interval not null default '3 days',
    webhook_log_kept interval not null default '30 days',
    page_scan_limit integer not null default 5000,
    reply_lease interval not null default '2 minutes',
    commands_per_minute integer default 600,
    commands_per_minute_by_address integer default 3000,
    constraint desk_settings_only_row check (only_row),
    constraint desk_settings_solved_closes_after check (
        solved_closes_after between interval '1 hour' and interval '28 days'
    ),
    constraint desk_settings_emails_wait check (
        email_delay between interval '0' and interval '1 hour'
    ),
    constraint desk_settings_webhook_disabled_after check (
        webhook_disabled_after between interval '1 hour' and interval '30 days'
    ),
    constraint desk_settings_webhook_log_kept check (
        webhook_log_kept between interval '2 days' and interval '365 days'
    ),
    constraint desk_settings_tickets_looked_at check (page_scan_limit between 100 and 100000),
    constraint desk_settings_reply_lease check (
        reply_lease between interval '10 seconds' and interval '1 hour'
    ),
    constraint desk_settings_writes_a_minute check (commands_per_minute >= 0),
    constraint desk_settings_writes_a_minute_by_address check (commands_per_minute_by_address >= 0)
);
comment on table private.settings is 'How this desk works; one row.';
comment on column private.settings.only_row is 'True, so that there is one row.';
comment on column private.settings.solved_closes_after is
'How long a solved ticket may still be reopened; 1 hour to 28 days.';
comment on column private.settings.email_delay is
'How long a mail waits for more to tell, from its first event on; 0 to 1 hour.';
comment on column private.settings.webhook_disabled_after is
'How long an endpoint may fail without a success before it is disabled; 1 hour to 30 days.';
comment on column private.settings.webhook_log_kept is
'How long deliveries and their log are kept, sent or not; 2 to 365 days.';
comment on column private.settings.page_scan_limit is
'How many tickets a page or a count of a queue may look at; 100 to 100,000.';
comment on column private.settings.reply_lease is
'How long a ticket is held for the reply of one agent, from the last time they said so; 10 seconds to 1 hour.';
comment on column private.settings.commands_per_minute is
'Commands that a person may give in a minute; null for any number.';
comment on column private.settings.commands_per_minute_by_address is
'Commands that may come from a network address in a minute through the API; null for any number.';

insert into private.settings default values;

create function private.secret(wanted text) returns text
language sql stable security definer set search_path = ''
as $$
    select decrypted_secret from vault.decrypted_secrets where name = wanted;
$$;
comment on function private.secret is 'A secret of the Vault by name, or null.';

create function api.health() returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object('status', 'ok');
$$;
comment on function api.health is 'Answers when the database does.';

grant execute on function api.health to anon;
grant execute on function api.health to authenticated;
grant execute on function api.health to service_role;
