-- Queries and commands about people and roles, and the hook that adds roles to access tokens.

create function private.my_profile() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
begin
    return (
        select jsonb_build_object(
            'id', people.id,
            'email', people.email,
            'name', people.name,
            'organization_id', people.organization_id,
            'organization_name', organizations.name,
            'kind', people.kind,
            'language', people.language,
            'time_zone', people.time_zone,
            'deactivated_at', people.deactivated_at,
            'roles', array(
                select role from public.person_roles where person_id = me order by role
            ),
            'permissions', array(
                select distinct permission
                from public.person_roles
                inner join public.role_permissions using (role)
                where person_id = me
                order by permission
            ),
            'queues', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('id', id, 'key', key, 'name', name) order by name
                    ),
                    '[]'
                )
                from public.queues
                where archived_at is null and id in (select private.readable_queues())
            ),
            'session_expires_at', to_timestamp((auth.jwt() ->> 'exp')::bigint)
        )
        from public.people
        left join public.organizations on organizations.id = people.organization_id
        where people.id = me
    );
end;
$$;
comment on function private.my_profile is
'The caller, with current roles, permissions and queues.';

-- As the caller, because policies say which notifications they may still see.
create function api.whoami() returns jsonb
language sql stable set search_path = ''
as $$
    select private.my_profile() || jsonb_build_object(
        'unread_notifications', private.count_unread()
    );
$$;
comment on function api.whoami is
'The caller, with current roles, permissions and queues, and how many notifications are unread, counted up to 1,000.';

create function api.list_people(
    search text default null,
    role text default null,
    after jsonb default null,
    page_size integer default 50
) returns json
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    searched constant text := lower(search);
    pattern constant text := private.part_pattern(search);
    misspelled boolean := false;
    to_read constant integer := private.page_limit(page_size) + 1;
    found json[];
    sort_keys jsonb[];
    -- Parsed before the query, so that an invalid cursor is refused for an empty list, too.
    after_name constant text := after ->> 0;
    after_id constant uuid := (after ->> 1)::uuid;
begin
    perform private.require_permission('people.read');
    if search is not null then
        perform private.tolerate_typos();
        misspelled := not exists (
            select from public.people
            where people.merged_into is null
                and (lower(people.name) like pattern or people.email like pattern)
        );
    end if;
    select
        array_agg(to_json(listed) order by listed.name, listed.id),
        array_agg(jsonb_build_array(listed.name, listed.id) order by listed.name, listed.id)
    into found, sort_keys
    from (
        select
            people.id,
            people.name,
            people.email,
            people.organization_id,
            organizations.name as organization_name,
            people.kind,
            people.deactivated_at,
            array(
                select person_roles.role from public.person_roles
                where person_roles.person_id = people.id order by person_roles.role
            ) as roles
        from public.people
        left join public.organizations on organizations.id = people.organization_id
        where people.merged_into is null
        and (
            list_people.search is null
            or lower(people.name) like pattern
            or people.email like pattern
            or misspelled and searched operator(extensions.<%) lower(people.name)
        )
        and (
            list_people.role is null
            or exists (
                select from public.person_roles
                where person_roles.person_id = people.id and person_roles.role = list_people.role
            )
        )
        and (
            list_people.after is null
            or (people.name, people.id) > (after_name, after_id)
        )
        order by people.name, people.id
        limit to_read
    ) as listed;
    return (select to_json(page) from private.page_of(found, sort_keys, page_size) as page);
end;
$$;
comment on function api.list_people is
'A page of people, by name after a sort key, filtered by a part of name or email address, or, where nobody has it, by a similar name, and by role: items, and as next the sort key to continue with, null at the end; needs people.read.';

-- Roles ----------------------------------------------------------------------

create function api.list_permissions() returns table (permission text, meaning text)
language sql stable set search_path = ''
as $$
    select permissions.permission, permissions.description
    from public.permissions
    order by permissions.permission;
$$;
comment on function api.list_permissions is 'All permissions, and what each allows.';

create function api.list_roles() returns table (
    role text, name text, built_in boolean, permissions text[], version integer
)
language sql stable set search_path = ''
as $$
    select
        roles.role,
        roles.name,
        roles.built_in,
        array(
            select role_permissions.permission from public.role_permissions
            where role_permissions.role = roles.role order by role_permissions.permission
        ),
        roles.version
    from public.roles
    order by roles.built_in desc, roles.role;
$$;
comment on function api.list_roles is 'All roles with their permissions.';

create function private.permissions_beyond_caller(permissions text[]) returns text[]
language sql stable security definer set search_path = ''
begin atomic
    select array(
        select requested.permission
        from unnest(permissions_beyond_caller.permissions) as requested (permission)
        where not private.has_permission(requested.permission)
        order by requested.permission
    );
end;
comment on function private.permissions_beyond_caller is 'Those of the permissions that the caller does not have.';

create function private.guard_role_change(person uuid, role text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('roles.manage');
    beyond text[];
begin
    if not exists (select from public.people where id = person) then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such person.';
    end if;
    if not exists (select from public.roles where roles.role = guard_role_change.role) then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such role.';
    end if;
    if person = me then
        raise sqlstate 'PT403' using
            message = 'own-role', detail = 'Nobody edits their own roles. Ask another administrator.';
    end if;
    beyond := private.permissions_beyond_caller(array(
        select permission from public.role_permissions
        where role_permissions.role = guard_role_change.role
    ));
    if cardinality(beyond) > 0 then
        raise sqlstate 'PT403' using
            message = 'beyond-your-own',
            detail = format('You do not hold %s, so you cannot give or take it.', array_to_string(beyond, ', '));
    end if;
    return me;
end;
$$;
comment on function private.guard_role_change is
'The guard of role commands: returns the caller, who may grant and revoke this role of this person; PT403, PT404.';

create function private.person_json(person uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', people.id,
        'name', people.name,
        'email', people.email,
        'organization_id', people.organization_id,
        'organization_name', organizations.name,
        'kind', people.kind,
        'deactivated_at', people.deactivated_at,
        'roles', array(
            select person_roles.role from public.person_roles
            where person_roles.person_id = people.id order by person_roles.role
        )
    )
    from public.people
    left join public.organizations on organizations.id = people.organization_id
    where people.id = person_json.person;
$$;
comment on function private.person_json is 'A person as JSON, as in list_people.';

create function api.grant_role(person uuid, role text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.guard_role_change(person, role);
begin
    insert into public.person_roles (person_id, role, granted_by)
    values (person, grant_role.role, me)
    on conflict do nothing;
    return private.person_json(person);
end;
$$;
comment on function api.grant_role is 'Grants a role to a person; needs roles.manage and all permissions of the role.';

create function api.revoke_role(person uuid, role text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.guard_role_change(person, role);
    delete from public.person_roles
    where person_roles.person_id = person and person_roles.role = revoke_role.role;
    return private.person_json(person);
end;
$$;
comment on function api.revoke_role is
'Revokes a role of a person, effective at once; PT409 for the last administrator.';

create function private.require_grantable(permissions text[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    unknown constant text[] := array(
        select requested from unnest(permissions) as requested
        where not exists (
            select from public.permissions as known where known.permission = requested
        )
    );
    beyond text[];
begin
    if permissions is null or cardinality(permissions) > 100
    or array_position(permissions, null) is not null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A role has a list of 100 permissions at most.';
    end if;
    if cardinality(unknown) > 0 then
        raise sqlstate 'PT422' using
            message = 'unknown-permission',
            detail = format('There is no permission %s.', array_to_string(unknown, ', '));
    end if;
    beyond := private.permissions_beyond_caller(permissions);
    if cardinality(beyond) > 0 then
        raise sqlstate 'PT403' using
            message = 'beyond-your-own',
            detail = format(
                'You do not hold %s, so you cannot put it into a role or take it out.',
                array_to_string(beyond, ', ')
            );
    end if;
end;
$$;
comment on function private.require_grantable is
'PT422 unless these are permissions, PT403 unless the caller has each of them: nobody gives or takes what they do not have.';

create function private.set_permissions_of_role(role text, permissions text[]) returns void
language sql security definer set search_path = ''
as $$
    delete from public.role_permissions as old
    where old.role = set_permissions_of_role.role
        and old.permission <> all (set_permissions_of_role.permissions);
    insert into public.role_permissions (role, permission)
    select set_permissions_of_role.role, requested
    from unnest(set_permissions_of_role.permissions) as requested
    on conflict do nothing;
$$;
comment on function private.set_permissions_of_role is 'Lets a role allow exactly these permissions.';

create function private.require_unheld(role text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    holders constant integer := (
        select count(*) from public.person_roles where person_roles.role = require_unheld.role
    );
    names text;
begin
    if holders = 0 then
        return;
    end if;
    if private.has_permission('people.read') then
        select string_agg(format('%s (%s)', first.name, first.id), ', ' order by first.name, first.id)
        into names
        from (
            select people.id, people.name from public.person_roles
            inner join public.people on person_roles.person_id = people.id
            where person_roles.role = require_unheld.role
            order by people.name, people.id
            limit 10
        ) as first;
    end if;
    raise sqlstate 'PT409' using
        message = 'role-held',
        detail = concat(
            'Revoke it first. It is held by ', coalesce(names, holders::text),
            case when names is not null and holders > 10 then format(' and %s more', holders - 10) end,
            '.'
        );
end;
$$;
comment on function private.require_unheld is
'PT409 when somebody holds a role, with the ids and names of the first ten for who may see people.';

create function api.define_role(
    role text, name text, permissions text[], expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('roles.manage');
    former public.roles;
begin
    select * into former from public.roles
    where roles.role = define_role.role for no key update;
    perform private.require_version(coalesce(former.version, 0), expected_version);
    if former.built_in then
        raise sqlstate 'PT409' using
            message = 'built-in-role',
            detail = 'A built-in role keeps its meaning. Define another one.';
    end if;
    if exists (
        select from public.person_roles
        where person_id = me and person_roles.role = define_role.role
    ) then
        raise sqlstate 'PT403' using
            message = 'own-role',
            detail = 'Nobody edits a role they hold. Ask another administrator.';
    end if;
    perform private.require_grantable(permissions);
    perform private.require_grantable(array(
        select permission from public.role_permissions
        where role_permissions.role = define_role.role
    ));

    insert into public.roles (role, name)
    values (define_role.role, define_role.name)
    on conflict on constraint roles_pkey do update set name = excluded.name;
    perform private.set_permissions_of_role(define_role.role, permissions);
    return (
        select to_jsonb(roles) from api.list_roles() as roles
        where roles.role = define_role.role
    );
end;
$$;
comment on function api.define_role is
'Creates a role from permissions, or changes one that is not built in; needs roles.manage and all permissions concerned.';

create function api.delete_role(role text, expected_version integer default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.roles;
    deleted jsonb;
    beyond text[];
begin
    perform private.require_permission('roles.manage');
    -- Whoever grants it at this moment waits, and then finds that it is gone.
    select * into target from public.roles where roles.role = delete_role.role for update;
    if target.role is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such role.';
    end if;
    perform private.require_version(target.version, expected_version);
    if target.built_in then
        raise sqlstate 'PT409' using
            message = 'built-in-role',
            detail = 'A built-in role keeps its meaning, and stays.';
    end if;
    perform private.require_unheld(target.role);
    select to_jsonb(roles) into deleted from api.list_roles() as roles
    where roles.role = target.role;
    beyond := private.permissions_beyond_caller(array(
        select jsonb_array_elements_text(deleted -> 'permissions')
    ));
    if cardinality(beyond) > 0 then
        raise sqlstate 'PT403' using
            message = 'beyond-your-own',
            detail = format(
                'You do not hold %s, so you cannot take it out of a role.',
                array_to_string(beyond, ', ')
            );
    end if;
    delete from public.roles where roles.role = target.role;
    return deleted;
end;
$$;
comment on function api.delete_role is
'Deletes a role that nobody holds and returns it; PT409 for one that is held, with who holds it, or built in.';

create function api.make_first_admin(email text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    person uuid;
begin
    perform from public.roles where role = 'admin' for update;
    if private.has_admin() then
        raise sqlstate 'PT409' using
            message = 'admin-exists',
            detail = 'There is an administrator already. Only administrators make others.';
    end if;
    select people.id into person from public.people
    where people.email = private.as_email(make_first_admin.email)
        and private.can_sign_in(people.id);
    if person is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'Nobody has signed up with this address and confirmed it.';
    end if;
    insert into public.person_roles (person_id, role) values (person, 'admin')
    on conflict do nothing;
    return person;
end;
$$;
comment on function api.make_first_admin is
'Makes a person the first administrator of a new deployment; PT409 when there is one who can sign in. For the service key.';

-- Access tokens --------------------------------------------------------------

create function private.custom_access_token_hook(event jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_set(
        event, '{claims,user_roles}',
        coalesce(
            (
                select jsonb_agg(person_roles.role order by person_roles.role)
                from public.person_roles
                inner join private.accounts on accounts.person_id = person_roles.person_id
                where accounts.user_id = (event ->> 'user_id')::uuid
            ),
            '[]'
        )
    );
$$;
comment on function private.custom_access_token_hook is
'Auth hook: adds the roles of the person to the access token, as claim user_roles.';

grant usage on schema private to supabase_auth_admin;

grant execute on function
private.my_profile, api.whoami, api.list_people, api.list_permissions, api.list_roles,
api.grant_role, api.revoke_role, api.define_role, api.delete_role
to authenticated;
grant execute on function api.make_first_admin to service_role;
grant execute on function private.custom_access_token_hook to supabase_auth_admin;
