-- What the conformance tests stand on: one table per case, all in one small desk.
create extension if not exists pg_net with schema extensions;
create extension if not exists pg_trgm with schema extensions;

create table public.notes (
    id bigint generated always as identity primary key,
    owner_id uuid not null references auth.users (id) on delete cascade,
    body text not null
);
alter table public.notes enable row level security;
grant select, insert, update, delete on public.notes to authenticated, service_role;
create policy "people see and keep their own notes" on public.notes
for all to authenticated
using (owner_id = (select auth.uid()))
with check (owner_id = (select auth.uid()));

create table public.unexposed (id int primary key);
create table public.profiles (id uuid primary key, email text);
grant select on public.profiles to service_role;

create function public.keep_profile() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    if new.email like 'unwanted-%' then
        raise exception 'nobody wants this address';
    end if;
    insert into public.profiles (id, email) values (new.id, new.email);
    return new;
end
$$;
create trigger keep_profile after insert on auth.users
for each row execute function public.keep_profile();

create function public.custom_access_token_hook(event jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
    select case
        when event -> 'claims' ->> 'email' like 'refused-%' then
            '{"error": {"http_code": 403, "message": "Not today"}}'::jsonb
        else jsonb_set(event, '{claims,desk_role}', '"customer"')
    end
$$;
revoke execute on function public.custom_access_token_hook from public;
grant execute on function public.custom_access_token_hook to supabase_auth_admin;

create policy "people listen to their own topic" on realtime.messages
for select to authenticated
using (
    (select realtime.topic()) in (
        'user:' || (select auth.uid())::text, 'listen:' || (select auth.uid())::text
    )
);
create policy "people speak on their own topic" on realtime.messages
for insert to authenticated
with check ((select realtime.topic()) = 'user:' || (select auth.uid())::text);

create function public.announce(topic text, body jsonb) returns void
language sql security definer
set search_path = ''
as $$ select realtime.send(body, 'note_added', topic, true) $$;
revoke execute on function public.announce from public;
grant execute on function public.announce to service_role;

create function public.echo(words text) returns text
language sql
as $$ select words $$;
