-- What every later migration stands on: the extension of the founding schema, a
-- schema that no API exposes, and rights that start from nothing.

create extension if not exists "uuid-ossp" with schema extensions;

create schema private;
comment on schema private is
'What policies, triggers and commands are made of; never exposed by an API.';
grant usage on schema private to authenticated;

-- Platforms differ in what they grant by default, and PostgreSQL itself grants
-- EXECUTE to everybody. Here a right exists because a migration names it.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public
revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
revoke all on functions from anon, authenticated, service_role;
