-- Commands about people themselves: entering and inviting, changing, deactivating.

-- One person -----------------------------------------------------------------

create function private.invitation_state(
    person uuid, since timestamptz default '-infinity'
) returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when private.has_account(people.id) then 'accepted'
        when people.email is null or people.kind <> 'human' then null
        -- Auth writes it when it sends the email, so nothing here may be out of step with it.
        when exists (
            select from auth.users
            where lower(users.email) = people.email
                and users.invited_at >= since
                and users.deleted_at is null
        ) then 'sent'
        else 'pending'
    end
    from public.people
    where people.id = invitation_state.person;
$$;
comment on function private.invitation_state is
'accepted: the person has an account. sent: Auth has sent an invitation, since a time. pending: none was sent. Null for who cannot be invited.';

create function private.duplicates_of(person uuid) returns uuid[]
language sql stable security definer set search_path = ''
as $$
    select array(
        select others.id
        from private.accounts
        inner join auth.users on users.id = accounts.user_id
        inner join public.people as others on others.email = private.as_email(users.email)
        where accounts.person_id = duplicates_of.person and others.id <> duplicates_of.person
    );
$$;
comment on function private.duplicates_of is
'Other people who have the address with which a person signs in: perhaps the same human, to be merged.';

create function private.person_detail(person uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.person_json(people.id) || jsonb_build_object(
        'language', people.language,
        'time_zone', people.time_zone,
        'merged_into', people.merged_into,
        'invitation', private.invitation_state(people.id),
        'duplicates', private.duplicates_of(people.id),
        'created_at', people.created_at,
        'version', people.version
    )
    from public.people
    where people.id = person_detail.person;
$$;
comment on function private.person_detail is 'Everything about a person, as JSON.';

create function api.get_person(person uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    detail jsonb;
begin
    if person is distinct from me then
        perform private.require_permission('people.read');
    end if;
    detail := private.person_detail(person);
    if detail is null then
        raise sqlstate 'PT404' using message = 'not-found', detail = 'There is no such person.';
    end if;
    return detail;
end;
$$;
comment on function api.get_person is 'A person; needs people.read, but for oneself.';

-- Guards ---------------------------------------------------------------------

create function private.require_within_own_rights(permissions text[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    beyond constant text[] := private.permissions_beyond_caller(permissions);
begin
    if cardinality(beyond) > 0 then
        raise sqlstate 'PT403' using
            message = 'beyond-your-own',
            detail = format('This person holds, or would hold, what you do not: %s.', array_to_string(beyond, ', '));
    end if;
end;
$$;
comment on function private.require_within_own_rights is
'PT403 unless the caller holds all of these permissions.';

create function private.lock_person(person uuid) returns public.people
language plpgsql security definer set search_path = ''
as $$
declare
    target public.people;
begin
    perform private.require_permission('people.manage');
    select * into target from public.people where id = person for update;
    if target.id is null then
        raise sqlstate 'PT404' using message = 'not-found', detail = 'There is no such person.';
    end if;
    perform private.require_within_own_rights(array(
        select role_permissions.permission
        from public.person_roles
        inner join public.role_permissions using (role)
        -- What everybody may do who signs up makes nobody more than the caller.
        where person_roles.person_id = person and role <> 'customer'
    ));
    return target;
end;
$$;
comment on function private.lock_person is
'Locks a person whom the caller may manage: needs people.manage, and every permission that the person''s roles but customer give. PT403, PT404.';

create function private.require_grantable_roles(roles text[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    unknown constant text[] := array(
        select requested from unnest(roles) as requested
        where not exists (select from public.roles as known where known.role = requested)
    );
begin
    if cardinality(roles) > 20 or exists (
        select from unnest(roles) as requested
        where (requested ~ '^[a-z][a-z0-9_]{1,39}$') is not true
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Roles are up to 20 keys, such as agent.';
    end if;
    if cardinality(unknown) > 0 then
        raise sqlstate 'PT422' using
            message = 'unknown-role',
            detail = format('There is no role %s.', array_to_string(unknown[:3], ', '));
    end if;
    -- Whoever signs up gets this one too.
    if roles <@ array['customer'] then
        return;
    end if;
    perform private.require_permission('roles.manage');
    perform private.require_within_own_rights(array(
        select permission from public.role_permissions where role = any (roles)
    ));
end;
$$;
comment on function private.require_grantable_roles is
'PT403 or PT422 unless the caller may grant these roles, as by api.grant_role.';

create function private.end_sessions(person uuid) returns void
language sql security definer set search_path = ''
as $$
    delete from auth.sessions
    where user_id = (select user_id from private.accounts where person_id = person);
$$;
comment on function private.end_sessions is 'Signs a person out everywhere.';

-- Commands -------------------------------------------------------------------

create function api.create_person(
    email text,
    name text,
    roles text[] default array['customer'],
    organization_id uuid default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('people.manage');
    request constant jsonb := jsonb_build_object(
        'command', 'create_person', 'email', email, 'name', name, 'roles', roles,
        'organization_id', organization_id
    );
    address constant text := private.as_email(email);
    response jsonb;
    person uuid;
begin
    perform private.require_grantable_roles(roles);
    response := private.stored_response(idempotency_key, request);
    if response is not null then
        -- Whether the invitation was sent is decided by now, not by then.
        return response || jsonb_build_object(
            'invitation', private.invitation_state((response ->> 'id')::uuid)
        );
    end if;
    if address is null then
        raise sqlstate 'PT422' using message = 'invalid', detail = 'This is no email address.';
    end if;
    if organization_id is not null and not exists (
        select from public.organizations where id = create_person.organization_id
    ) then
        raise sqlstate 'PT422' using
            message = 'unknown-organization', detail = 'There is no such organization.';
    end if;
    insert into public.people (email, name, organization_id)
    values (address, create_person.name, create_person.organization_id)
    on conflict on constraint people_email_unique do nothing
    returning id into person;
    if person is null then
        raise sqlstate 'PT409' using
            message = 'email-taken',
            detail = format(
                'Somebody has this address already: %s.',
                (select people.id from public.people where people.email = address)
            );
    end if;
    insert into public.person_roles (person_id, role, granted_by)
    select distinct person, requested, me from unnest(create_person.roles) as requested;
    response := private.person_detail(person);
    perform private.store_response(idempotency_key, response);
    return response;
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.create_person is
'Enters a person with an address, and roles that the caller may grant; needs people.manage. The function of the route then has Auth invite them. PT409 email-taken.';

create function api.invite_person(
    person uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.people := private.lock_person(person);
    response jsonb := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'invite_person', 'person', person)
    );
begin
    if response is null then
        if target.deactivated_at is not null
        or coalesce(private.invitation_state(person), 'accepted') = 'accepted' then
            raise sqlstate 'PT409' using
                message = 'not-invitable',
                detail = 'Only who is active, has an address and no account can be invited.';
        end if;
        response := private.person_detail(person) || jsonb_build_object('requested_at', now());
        perform private.store_response(idempotency_key, response);
    end if;
    return response || jsonb_build_object('invitation', private.invitation_state(
        person, (response ->> 'requested_at')::timestamptz
    ));
end;
$$;
comment on function api.invite_person is
'A person who may be invited by email, once more too; pending until Auth has sent an invitation since this was first requested. Needs people.manage. PT409.';

create function api.change_person(
    person uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    target public.people;
begin
    if person is distinct from me or changes ? 'organization_id' then
        target := private.lock_person(person);
    else
        select * into target from public.people where id = me for update;
    end if;
    perform private.require_version(target.version, expected_version);
    perform private.require_fields(changes, '{
        "name": "string", "organization_id": "string?", "language": "string?",
        "time_zone": "string?"
    }');
    if changes ->> 'organization_id' is not null and not exists (
        select from public.organizations where id = (changes ->> 'organization_id')::uuid
    ) then
        raise sqlstate 'PT422' using
            message = 'unknown-organization', detail = 'There is no such organization.';
    end if;
    if changes ? 'organization_id' then
        perform private.move_person(target.id, (changes ->> 'organization_id')::uuid);
    end if;
    update public.people
    set
        name = coalesce(changes ->> 'name', people.name),
        language = case when changes ? 'language'
            then changes ->> 'language' else people.language end,
        time_zone = case when changes ? 'time_zone'
            then changes ->> 'time_zone' else people.time_zone end
    where people.id = target.id
        and changes - 'organization_id' <> '{}';
    return private.person_detail(person);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_person is
'Changes name, organization, language or time zone of a person; needs people.manage, but for one''s own name, language and time zone. PT412.';

create function api.deactivate_person(
    person uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('people.manage');
    response jsonb;
    target public.people;
begin
    response := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'deactivate_person', 'person', person)
    );
    if response is not null then
        return response;
    end if;
    target := private.lock_person(person);
    if person = me then
        raise sqlstate 'PT403' using
            message = 'own-account',
            detail = 'Nobody deactivates themselves. Ask another administrator.';
    end if;
    -- What they may do, their work and what they listen to end by triggers, whoever writes.
    update public.people set deactivated_at = now() where id = target.id and deactivated_at is null;
    perform private.end_sessions(target.id);
    response := private.person_detail(person);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.deactivate_person is
'Ends what a person may do, and their sessions: their open tickets return to their queues, and memberships end. Needs people.manage, and every permission they hold. PT409 for the last administrator.';

create function api.reactivate_person(
    person uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    response jsonb;
    target public.people;
begin
    perform private.require_permission('people.manage');
    response := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'reactivate_person', 'person', person)
    );
    if response is not null then
        return response;
    end if;
    target := private.lock_person(person);
    if target.merged_into is not null then
        raise sqlstate 'PT409' using
            message = 'person-merged',
            detail = 'This record was merged into another. Undo that instead.';
    end if;
    update public.people set deactivated_at = null
    where id = target.id and deactivated_at is not null;
    response := private.person_detail(person);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.reactivate_person is
'Lets a deactivated person sign in again, with the roles they hold. Memberships and tickets do not come back. Needs people.manage, and every permission they hold.';

grant execute on function
api.get_person, api.create_person, api.invite_person, api.change_person,
api.deactivate_person, api.reactivate_person
to authenticated;
