-- People, the organizations they belong to, and what their roles allow.

create table public.organizations (
    id uuid primary key default extensions.uuid_generate_v4(),
    name text not null unique,
    shares_tickets boolean not null default false,
    notes text not null default '',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint organizations_name_length check (length(name) between 1 and 120),
    constraint organizations_name_form check (private.is_single_line(name)),
    constraint organizations_notes_length check (length(notes) <= 10000)
);
comment on table public.organizations is 'A company or household that customers belong to.';
create index organizations_similar_name
on public.organizations using gin (lower(name) extensions.gin_trgm_ops);
comment on index public.organizations_similar_name is
'Organizations by a part of their name, or one like it.';
comment on column public.organizations.id is 'Identity.';
comment on column public.organizations.name is 'What it is called.';
comment on column public.organizations.shares_tickets is
'Whether its people see one another''s tickets.';
comment on column public.organizations.notes is
'What staff should know about it; never shown to its people.';
comment on column public.organizations.version is
'Incremented with every change, of its domains too; its ETag.';
comment on column public.organizations.created_at is 'When it was entered.';
comment on column public.organizations.updated_at is 'When it was last changed.';

create trigger increment_version
before update on public.organizations
for each row execute function private.increment_version();

create table public.people (
    id uuid primary key default extensions.uuid_generate_v4(),
    name text not null,
    email text,
    organization_id uuid references public.organizations (id),
    language text,
    time_zone text,
    kind text not null default 'human',
    deactivated_at timestamptz,
    merged_into uuid references public.people (id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint people_email_unique unique (email),
    constraint people_email_form check (private.as_email(email) is not distinct from email),
    constraint people_name_length check (length(name) between 1 and 120),
    constraint people_name_form check (private.is_single_line(name)),
    constraint people_language_form check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
    constraint people_kind check (kind in ('human', 'machine')),
    constraint people_merged_are_deactivated check (
        merged_into is null or merged_into <> id and deactivated_at is not null
    )
);
comment on table public.people is
'One row a person, whether they can sign in or not; an account of Auth is an optional link (private.accounts).';
comment on column public.people.id is
'The person. Of whoever signed up by themselves it is also the id of the user in Auth; nothing relies on that.';
comment on column public.people.name is 'What others call this person.';
comment on column public.people.email is
'The address, in lower case: confirmed by Auth, or entered by an administrator. Empty while it is unconfirmed, or when somebody else has it.';
comment on column public.people.organization_id is 'Where this person belongs, if anywhere.';
comment on column public.people.language is
'Which language to write to them in, such as de or pt-BR; empty for the deployment''s.';
comment on column public.people.time_zone is
'In which time zone to show them times, such as Europe/Berlin; empty for the deployment''s.';
comment on column public.people.kind is 'human, or machine: a program that calls the API.';
comment on column public.people.deactivated_at is
'Since when they may do nothing any more; empty while they may.';
comment on column public.people.merged_into is
'The person whose second record this was, if it was merged.';
comment on column public.people.version is 'The number of changes, for If-Match.';
comment on column public.people.created_at is 'When this person signed up or was entered.';
create index people_name on public.people (name, id);
create index people_similar_name on public.people using gin (lower(name) extensions.gin_trgm_ops);
comment on index public.people_similar_name is 'People by a part of their name, or one like it.';
create index people_similar_email on public.people using gin (email extensions.gin_trgm_ops);
comment on index public.people_similar_email is 'People by a part of their address.';
create index people_organization on public.people (organization_id);
create index people_merged_into on public.people (merged_into);

create trigger increment_version
before update on public.people
for each row execute function private.increment_version();

create function private.require_time_zone(zone text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    -- Not by converting a time: that takes abbreviations and made-up offsets as well.
    if not exists (select from pg_catalog.pg_timezone_names where name = zone) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'There is no such time zone. Send a name like Europe/Berlin or UTC.';
    end if;
end;
$$;
comment on function private.require_time_zone is 'PT422 unless there is a time zone of this name.';

create function private.check_time_zone() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_time_zone(new.time_zone);
    return new;
end;
$$;
comment on function private.check_time_zone is 'PT422 for a time zone that PostgreSQL does not know.';

create trigger check_time_zone
before insert or update of time_zone on public.people
for each row when (new.time_zone is not null)
execute function private.check_time_zone();

create table private.accounts (
    user_id uuid primary key references auth.users (id) on delete cascade,
    person_id uuid not null references public.people (id) on delete cascade,
    address_changed boolean not null default false,
    proven_address text,
    constraint accounts_one_a_person unique (person_id)
);
comment on table private.accounts is
'Which user of Auth is which person. Deleting the user ends the link, never the person.';
comment on column private.accounts.user_id is 'The user: `sub` in access tokens.';
comment on column private.accounts.person_id is 'The person.';
comment on column private.accounts.proven_address is
'The address that was last proven to be theirs.';
comment on column private.accounts.address_changed is
'Whether the user has had another address: then a mailed link does not say which one it proves.';

create table public.permissions (
    permission text primary key,
    description text not null
);
comment on table public.permissions is 'Everything that a role may allow.';
comment on column public.permissions.permission is 'The name that commands ask for.';
comment on column public.permissions.description is 'What it allows, for people who define roles.';

create table public.roles (
    role text primary key,
    name text not null,
    built_in boolean not null default false,
    version integer not null default 1,
    constraint roles_role_form check (role ~ '^[a-z][a-z0-9_]{1,39}$'),
    constraint roles_name_length check (length(name) between 1 and 80),
    constraint roles_name_form check (private.is_single_line(name))
);
comment on table public.roles is 'A named set of permissions.';
comment on column public.roles.role is 'The key by which it is granted.';
comment on column public.roles.name is 'What people call it.';
comment on column public.roles.built_in is 'Whether it came with the product and keeps its meaning.';
comment on column public.roles.version is 'Incremented when it is defined anew; its ETag.';

create trigger increment_version
before update on public.roles
for each row execute function private.increment_version();

create table public.role_permissions (
    role text not null references public.roles (role) on delete cascade,
    permission text not null references public.permissions (permission),
    primary key (role, permission)
);
comment on table public.role_permissions is 'Which role allows what.';
comment on column public.role_permissions.role is 'The role.';
comment on column public.role_permissions.permission is 'What it allows.';
create index role_permissions_permission on public.role_permissions (permission);

create table public.person_roles (
    person_id uuid not null references public.people (id) on delete cascade,
    role text not null references public.roles (role),
    granted_by uuid references public.people (id) on delete set null,
    granted_at timestamptz not null default now(),
    primary key (person_id, role)
);
comment on table public.person_roles is
'Who holds which role. Commands read it at every call, so a revoked role ends at once.';
comment on column public.person_roles.person_id is 'Who holds it.';
comment on column public.person_roles.role is 'What is held.';
comment on column public.person_roles.granted_by is 'Who gave it; empty when the system did.';
comment on column public.person_roles.granted_at is 'When it was given.';
create index person_roles_role on public.person_roles (role);
create index person_roles_of_staff on public.person_roles (role, person_id)
where role <> 'customer';
comment on index public.person_roles_of_staff is
'The few who hold more than what everybody holds, however many customers there are.';
create index person_roles_granted_by on public.person_roles (granted_by);

insert into public.permissions (permission, description) values
('tickets.create', 'Open tickets of one''s own.'),
('tickets.read', 'See the tickets of the queues one belongs to.'),
('tickets.read_all', 'See the tickets of every queue.'),
('tickets.reply', 'Answer tickets in public.'),
('tickets.note', 'Read and write internal notes.'),
('tickets.status', 'Move tickets from status to status.'),
('tickets.update', 'Change what tickets say of themselves, and move them to other queues.'),
('tickets.take', 'Take free tickets, hand on or put back one''s own.'),
('tickets.assign', 'Give any ticket to anybody who may work it.'),
('comments.redact', 'Take the words out of a comment, for good.'),
('queues.lead', 'Lead the queues one belongs to: who works them, and how they share work.'),
('fields.manage', 'Define the custom fields of tickets.'),
('queues.manage', 'Make, rename and archive queues, and lead every one.'),
('views.share_team', 'Share views with a queue''s people.'),
('views.share_all', 'Share views with all staff.'),
('people.read', 'See people and their roles.'),
('people.manage', 'Invite people, change, merge and deactivate them.'),
('organizations.manage', 'Enter, change and delete organizations.'),
('roles.manage', 'Define roles, grant and revoke them.'),
('settings.manage', 'Change the settings of the desk.'),
('statuses.manage', 'Add, rename and switch off statuses.'),
('audit.read', 'See who changed what about the desk, and when.'),
('events.manage', 'See events that nobody could react to, and try them again.'),
('webhooks.manage', 'Send the events of every queue to other systems.'),
('machines.manage', 'Let programs in: create, change and revoke machine users.'),
('sla.manage', 'Set calendars and policies: how soon tickets are answered and solved.');

insert into public.roles (role, name, built_in) values
('customer', 'Customer', true),
('agent', 'Agent', true),
('lead', 'Team lead', true),
('admin', 'Administrator', true);

insert into public.role_permissions (role, permission) values
('customer', 'tickets.create'),
('agent', 'tickets.create'),
('agent', 'tickets.read'),
('agent', 'tickets.reply'),
('agent', 'tickets.note'),
('agent', 'tickets.status'),
('agent', 'tickets.update'),
('agent', 'tickets.take'),
('agent', 'people.read');

-- A lead may do what an agent may, and more; an administrator everything.
insert into public.role_permissions (role, permission)
select
    'lead' as role,
    permission
from public.role_permissions
where role = 'agent'
union all
values
('lead', 'tickets.assign'),
('lead', 'comments.redact'),
('lead', 'queues.lead'),
('lead', 'views.share_team'),
('lead', 'organizations.manage');

insert into public.role_permissions (role, permission)
select
    'admin' as role,
    permission
from public.permissions;


-- Who is asking --------------------------------------------------------------

-- Bodies that read tables of Auth are texts: a parsed one (`begin atomic`) would depend on their
-- columns, and stop Auth's own migrations.
create function private.can_sign_in(person uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from private.accounts
        inner join auth.users on users.id = accounts.user_id
        inner join public.people on people.id = accounts.person_id
        where accounts.person_id = person
            and people.deactivated_at is null
            and users.deleted_at is null
            and (users.banned_until is null or users.banned_until <= now())
    );
end;
$$;
comment on function private.can_sign_in is
'Whether a person has an account, and is neither deactivated nor banned or deleted in Auth.';

create function private.has_account(person uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from private.accounts
        inner join auth.users on users.id = accounts.user_id
        where accounts.person_id = person and users.deleted_at is null
    );
$$;
comment on function private.has_account is
'Whether a person has an account that is not deleted in Auth; it may be banned.';

create function private.person_of_session(account uuid, session text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    person uuid;
begin
    select accounts.person_id into person
    from private.accounts
    inner join auth.users on users.id = accounts.user_id
    inner join public.people on people.id = accounts.person_id
    left join auth.sessions
        on sessions.id = case when pg_input_is_valid(session, 'uuid') then session::uuid end
        and sessions.user_id = accounts.user_id
        and (sessions.not_after is null or sessions.not_after > now())
    where accounts.user_id = account
        and people.deactivated_at is null
        and users.deleted_at is null
        and (users.banned_until is null or users.banned_until <= now())
        -- Workers act for people who need not be signed in; see private.impersonate.
        and (sessions.id is not null or current_setting('role') <> 'authenticated');
    if person is null then
        raise sqlstate 'PT401' using
            message = 'unauthenticated',
            detail = 'This session has ended, or its owner may not sign in any more. Sign in again.';
    end if;
    return person;
end;
$$;
comment on function private.person_of_session is
'The person of an account; PT401 when they have signed out of the session, or are deactivated, banned, deleted or gone. One query: every guard and policy asks it.';

-- PostgREST checks the signature of a token and its expiry, an hour away, and nothing else.
create function private.caller() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    claims constant jsonb := auth.jwt();
    account constant uuid := claims ->> 'sub';
    session constant text := claims ->> 'session_id';
    checked constant text := format(
        '%s %s %s %s ', statement_timestamp(), current_setting('role'), account, session
    );
    known constant text := current_setting('autocrm.caller', true);
    me uuid;
begin
    if account is null then
        return null;
    end if;
    if not coalesce(claims -> 'aud' @> '"authenticated"', false) then
        raise sqlstate 'PT401' using
            message = 'wrong-audience',
            detail = 'This token was made for another service. Sign in again.';
    end if;
    -- Once a statement, which may call this a dozen times. Clients can set no such setting.
    if left(known, -36) = checked then
        return right(known, 36)::uuid;
    end if;
    me := private.person_of_session(account, session);
    perform set_config('autocrm.caller', checked || me, true);
    return me;
end;
$$;
comment on function private.caller is
'The person behind the request, or null; PT401 when the token is not meant for us, its session has ended, or its owner is deactivated, banned, deleted or gone.';

create view private.held_permissions as
select
    person_roles.person_id,
    role_permissions.permission
from public.person_roles
inner join public.role_permissions using (role);
comment on view private.held_permissions is
'Who holds which permission by any of their roles; once for each role that gives it.';

create function private.person_has_permission(person uuid, required text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from private.held_permissions as held
        where held.person_id = person and held.permission = required
    );
end;
$$;
comment on function private.person_has_permission is 'Whether a person holds a permission now.';

create function private.has_permission(required text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.person_has_permission(private.caller(), required);
end;
$$;
comment on function private.has_permission is 'Whether the caller holds a permission now.';

create function private.require_caller() returns uuid
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

create function private.require_permission(required text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    me uuid := private.require_caller();
begin
    if not private.has_permission(required) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = format('This needs the permission %s.', required);
    end if;
    return me;
end;
$$;
comment on function private.require_permission is
'The person behind the request, holding a permission; else PT401 or PT403.';

create view private.organization_readers as
select
    people.id as person_id,
    organizations.id as organization_id
from public.people
inner join public.organizations on people.organization_id = organizations.id
where organizations.shares_tickets;
comment on view private.organization_readers is
'Who sees the tickets of which organization by belonging to it.';

create function private.shared_organizations_of(person uuid) returns setof uuid
language plpgsql stable security definer rows 1 set search_path = ''
as $$
begin
    return query
    select readers.organization_id from private.organization_readers as readers
    where readers.person_id = person;
end;
$$;
comment on function private.shared_organizations_of is
'Organizations whose tickets a person sees by belonging to them.';

create function private.shared_organizations() returns setof uuid
language plpgsql stable security definer rows 1 set search_path = ''
as $$
begin
    return query select private.shared_organizations_of(private.caller());
end;
$$;
comment on function private.shared_organizations is
'Organizations whose tickets the caller sees by belonging to them.';

create function private.staff() returns setof uuid
language sql stable security definer set search_path = ''
begin atomic
    select distinct person_roles.person_id
    from public.person_roles
    inner join public.role_permissions using (role)
    where
        role_permissions.permission = 'tickets.reply'
        -- A built-in role keeps its meaning, so this leaves nobody out.
        and person_roles.role <> 'customer';
end;
comment on function private.staff is
'People whose names customers may know, because they answer tickets.';

-- Rules of roles that hold whoever writes ------------------------------------

create function private.has_admin() returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from public.person_roles
        where role = 'admin' and private.can_sign_in(person_id)
    );
$$;
comment on function private.has_admin is 'Whether an administrator can sign in.';

create function private.keep_an_admin() returns void
language plpgsql security definer set search_path = ''
as $$
begin
    -- Two admins who remove each other at once must meet at this lock.
    perform from public.roles where role = 'admin' for update;
    if not private.has_admin() then
        raise sqlstate 'PT409' using
            message = 'last-admin',
            detail = 'The last administrator who can sign in cannot be removed. Make another one first.';
    end if;
end;
$$;
comment on function private.keep_an_admin is 'PT409 when no administrator can sign in.';

create function private.require_an_admin() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.keep_an_admin();
    return null;
end;
$$;
comment on function private.require_an_admin is
'Refuses to remove the last administrator who can sign in. Auth may ban them all the same; then make_first_admin helps.';

create trigger require_an_admin
after delete or update of role on public.person_roles
for each row when (old.role = 'admin') execute function private.require_an_admin();

create function private.require_an_admin_after_leaving() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    person constant uuid := to_jsonb(old) ->> tg_argv[0];
begin
    if exists (select from public.person_roles where person_id = person and role = 'admin') then
        perform private.keep_an_admin();
    end if;
    return null;
end;
$$;
comment on function private.require_an_admin_after_leaving is
'Refuses to deactivate, or to take the account of, the last administrator who can sign in; the argument names the column of the person.';

create trigger require_an_admin
after delete or update of person_id on private.accounts
for each row execute function private.require_an_admin_after_leaving('person_id');

create trigger require_an_admin
after update of deactivated_at on public.people
for each row when (old.deactivated_at is null and new.deactivated_at is not null)
execute function private.require_an_admin_after_leaving('id');

-- Who may read what ----------------------------------------------------------

alter table public.organizations enable row level security;
alter table public.people enable row level security;
alter table public.permissions enable row level security;
alter table public.roles enable row level security;
alter table public.role_permissions enable row level security;
alter table public.person_roles enable row level security;
-- Addresses are read by functions alone.
grant select (id, name, organization_id, created_at) on public.people
to authenticated, service_role;
grant select on
public.organizations,
public.permissions,
public.roles,
public.role_permissions,
public.person_roles
to authenticated, service_role;

-- Its people know the name alone, which private.organization_json gives them: a row has notes.
create policy "staff see all organizations" on public.organizations
for select to authenticated using ((select private.has_permission('people.read')));

create policy "people see themselves, staff and colleagues; staff see all" on public.people
for select to authenticated using (
    id = (select private.caller())
    or (select private.has_permission('people.read'))
    or id = any(array(select private.staff()))
    or organization_id = any(array(select private.shared_organizations()))
);

create policy "signed-in people may know the permissions" on public.permissions
for select to authenticated using ((select private.caller()) is not null);

create policy "signed-in people may know the roles" on public.roles
for select to authenticated using ((select private.caller()) is not null);

create policy "signed-in people may know what roles allow" on public.role_permissions
for select to authenticated using ((select private.caller()) is not null);

create policy "people see their own roles, staff see all" on public.person_roles
for select to authenticated using (
    person_id = (select private.caller()) or (select private.has_permission('people.read'))
);

grant execute on function
private.caller, private.has_permission, private.shared_organizations, private.staff
to authenticated;
