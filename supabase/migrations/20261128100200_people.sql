-- People, the organizations they belong to, and what their roles allow.

create table public.organizations (
    id uuid primary key default extensions.uuid_generate_v4(),
    name text not null unique,
    shares_tickets boolean not null default false,
    created_at timestamptz not null default now(),
    constraint organizations_name_length check (length(name) between 1 and 120),
    constraint organizations_name_form check (private.is_single_line(name))
);
comment on table public.organizations is 'A company or household that customers belong to.';
comment on column public.organizations.id is 'Identity.';
comment on column public.organizations.name is 'What it is called.';
comment on column public.organizations.shares_tickets is
'Whether its people see one another''s tickets.';
comment on column public.organizations.created_at is 'When it was entered.';

create table public.people (
    id uuid primary key references auth.users (id) on delete cascade,
    name text not null,
    organization_id uuid references public.organizations (id),
    created_at timestamptz not null default now(),
    constraint people_name_length check (length(name) between 1 and 120),
    constraint people_name_form check (private.is_single_line(name))
);
comment on table public.people is
'One row a person who can sign in. The address stays in auth.users, out of reach.';
comment on column public.people.id is 'The person; the same as auth.users.id.';
comment on column public.people.name is 'What others call this person.';
comment on column public.people.organization_id is 'Where this person belongs, if anywhere.';
comment on column public.people.created_at is 'When this person first signed up.';
create index people_name on public.people (name, id);
create index people_organization on public.people (organization_id);

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
('queues.manage', 'Make, rename and archive queues, and lead every one.'),
('views.share_team', 'Share views with a queue''s people.'),
('views.share_all', 'Share views with all staff.'),
('people.read', 'See people and their roles.'),
('roles.manage', 'Define roles, grant and revoke them.'),
('settings.manage', 'Change the settings of the desk.'),
('statuses.manage', 'Add, rename and switch off statuses.'),
('audit.read', 'See who changed what about the desk, and when.'),
('events.manage', 'See events that nobody could react to, and try them again.'),
('webhooks.manage', 'Send the events of every queue to other systems.');

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
('lead', 'views.share_team');

insert into public.role_permissions (role, permission)
select
    'admin' as role,
    permission
from public.permissions;


-- Who is asking --------------------------------------------------------------

-- Bodies that read tables of Auth are texts: a parsed one (`begin atomic`) would depend on their
-- columns, and stop Auth's own migrations.
create function private.can_sign_in(person uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from auth.users
        where id = person
            and deleted_at is null and (banned_until is null or banned_until <= now())
    );
$$;
comment on function private.can_sign_in is 'Whether a person is neither banned nor deleted in Auth.';

create function private.require_session(person uuid, session text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not exists (
        select from auth.users
        inner join public.people on people.id = users.id
        left join auth.sessions
            on sessions.id = case when pg_input_is_valid(session, 'uuid') then session::uuid end
            and sessions.user_id = users.id
            and (not_after is null or not_after > now())
        where users.id = person
            and deleted_at is null and (banned_until is null or banned_until <= now())
            -- Workers act for people who need not be signed in; see private.impersonate.
            and (sessions.id is not null or current_setting('role') <> 'authenticated')
    ) then
        raise sqlstate 'PT401' using
            message = 'unauthenticated',
            detail = 'This session has ended, or its owner may not sign in any more. Sign in again.';
    end if;
end;
$$;
comment on function private.require_session is
'PT401 when somebody has signed out of a session, or is banned, deleted or gone. One query: every guard and policy asks it.';

-- PostgREST checks the signature of a token and its expiry, an hour away, and nothing else.
create function private.caller() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    claims constant jsonb := auth.jwt();
    me constant uuid := claims ->> 'sub';
    session constant text := claims ->> 'session_id';
    checked constant text := format(
        '%s %s %s %s', statement_timestamp(), current_setting('role'), me, session
    );
begin
    if me is null then
        return null;
    end if;
    if not coalesce(claims -> 'aud' @> '"authenticated"', false) then
        raise sqlstate 'PT401' using
            message = 'wrong-audience',
            detail = 'This token was made for another service. Sign in again.';
    end if;
    -- Once a statement, which may call this a dozen times. Clients can set no such setting.
    if current_setting('autocrm.caller', true) is distinct from checked then
        perform private.require_session(me, session);
        perform set_config('autocrm.caller', checked, true);
    end if;
    return me;
end;
$$;
comment on function private.caller is
'The person behind the request, or null; PT401 when the token is not meant for us, its session has ended, or its owner is banned, deleted or gone.';

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

-- Everybody who signs up is a customer ---------------------------------------

create function private.create_person() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    -- Whoever signs up is not refused for the name that they gave.
    called text := private.as_single_line(
        left(new.raw_user_meta_data ->> 'name', 120),
        private.as_single_line(left(split_part(new.email, '@', 1), 120), 'Somebody')
    );
begin
    if tg_op = 'INSERT' then
        insert into public.people (id, name) values (new.id, called);
        insert into public.person_roles (person_id, role) values (new.id, 'customer');
    elsif new.raw_user_meta_data ->> 'name' is distinct from old.raw_user_meta_data ->> 'name' then
        update public.people set name = called where id = new.id;
    end if;
    return null;
end;
$$;
comment on function private.create_person is
'Gives everybody who signs up a row and the customer role; follows a changed name.';

create trigger create_person
after insert or update of raw_user_meta_data on auth.users
for each row execute function private.create_person();

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

create function private.require_an_admin() returns trigger
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
    return null;
end;
$$;
comment on function private.require_an_admin is
'Refuses to remove the last administrator who can sign in. Auth may ban them all the same; then make_first_admin helps.';

create trigger require_an_admin
after delete or update of role on public.person_roles
for each row when (old.role = 'admin') execute function private.require_an_admin();

-- Who may read what ----------------------------------------------------------

alter table public.organizations enable row level security;
alter table public.people enable row level security;
alter table public.permissions enable row level security;
alter table public.roles enable row level security;
alter table public.role_permissions enable row level security;
alter table public.person_roles enable row level security;
grant select on
public.organizations,
public.people,
public.permissions,
public.roles,
public.role_permissions,
public.person_roles
to authenticated, service_role;

create policy "people see their organization, staff see all" on public.organizations
for select to authenticated using (
    (select private.has_permission('people.read'))
    or id = (
        select people.organization_id from public.people
        where people.id = (select private.caller())
    )
);

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
