-- Machine users: persons that are programs, each with a role of exactly its permissions. They get
-- access tokens for a client id and a secret (OAuth 2.0 client credentials, RFC 6749, 4.4).
--
-- Supabase Auth has no such grant, so each machine user has an account there, whose password
-- stands in the Vault alone. Who shows a live secret to the function issue_token is signed in
-- with it; the password leaves the database for nobody else.
--
-- Of a secret only its SHA-256 is stored. A slow hash, as for passwords, would protect nothing:
-- it makes guessing dear where people choose, and nobody guesses 256 random bits. It is found
-- by its hash in an index, so that no comparison tells by its time how much of it was right.

-- The Vault outlives a reset of the database.
select
    vault.create_secret(
        encode(extensions.gen_random_bytes(32), 'hex'), 'autocrm_machine_secret_key'
    )
where not exists (
    select from vault.secrets
    where name = 'autocrm_machine_secret_key'
);

create table private.machine_users (
    id uuid primary key default extensions.uuid_generate_v4(),
    name text not null,
    role text unique references public.roles (role),
    password_id uuid,
    created_by uuid references public.people (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    revoked_at timestamptz,
    version integer not null default 1,
    constraint machine_users_name_length check (length(name) between 1 and 80),
    constraint machine_users_name_form check (private.is_single_line(name)),
    constraint machine_users_revoked check (
        num_nulls(role, password_id) = case when revoked_at is null then 0 else 2 end
    )
);
comment on table private.machine_users is
'Programs that use the API; each is a person as well. They are revoked and never deleted, because history names them.';
comment on column private.machine_users.id is
'Identity, the client id; the same as that of the person and of the account in Auth.';
comment on column private.machine_users.name is 'What people call it.';
comment on column private.machine_users.role is 'The role that it alone has; null when it is revoked.';
comment on column private.machine_users.password_id is
'The password of its account, in the Vault; null when it is revoked.';
comment on column private.machine_users.created_by is 'Who created it.';
comment on column private.machine_users.created_at is 'When it was created.';
comment on column private.machine_users.updated_at is 'When it was last changed.';
comment on column private.machine_users.revoked_at is 'When it was revoked, for good; null while it may be used.';
comment on column private.machine_users.version is 'Counts its changes; the ETag.';
create index machine_users_created_by on private.machine_users (created_by);
create index machine_users_age on private.machine_users (created_at, id);

create table private.machine_secrets (
    id uuid primary key default extensions.uuid_generate_v4(),
    machine_id uuid not null references private.machine_users (id) on delete cascade,
    hash text not null unique,
    created_by uuid references public.people (id) on delete set null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    last_used_at timestamptz
);
comment on table private.machine_secrets is
'Secrets of machine users, by their hashes: at most two of each are live, while one replaces the other.';
comment on column private.machine_secrets.id is 'Identity, by which it is deleted.';
comment on column private.machine_secrets.machine_id is 'Whose it is.';
comment on column private.machine_secrets.hash is 'SHA-256 of the secret, in hexadecimal.';
comment on column private.machine_secrets.created_by is 'Who created it.';
comment on column private.machine_secrets.created_at is 'When it was created.';
comment on column private.machine_secrets.expires_at is 'When it ends; null for never.';
comment on column private.machine_secrets.last_used_at is 'When a token was last issued for it.';
create index machine_secrets_machine on private.machine_secrets (machine_id, created_at);
create index machine_secrets_created_by on private.machine_secrets (created_by);

-- Rules that hold whoever writes ---------------------------------------------

create trigger increment_version
before update on private.machine_users
for each row execute function private.increment_version();

create function private.create_machine_person(account uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    machine private.machine_users;
begin
    select * into machine from private.machine_users where id = account for share;
    if machine.id is null then
        return false;
    end if;
    insert into public.people (id, name, kind) values (machine.id, machine.name, 'machine');
    insert into public.person_roles (person_id, role, granted_by)
    select machine.id, machine.role, machine.created_by where machine.role is not null;
    return true;
end;
$$;
comment on function private.create_machine_person is
'Makes the person of a machine user whose account was created in Auth, with its role alone; false for the account of anybody else.';

create function private.keep_machine_roles_apart() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if exists (
        select from private.machine_users as machines
        where (machines.id = new.person_id or machines.role = new.role)
            and (machines.id, machines.role) is distinct from (new.person_id, new.role)
    ) then
        raise sqlstate 'PT409' using
            message = 'machine-role',
            detail = 'A machine user has one role, which nobody else has. Change its permissions.';
    end if;
    return new;
end;
$$;
comment on function private.keep_machine_roles_apart is
'A machine user has the role of exactly its permissions and no other, and nobody else has that.';

create trigger keep_machine_roles_apart
before insert or update of person_id, role on public.person_roles
for each row execute function private.keep_machine_roles_apart();

create function private.keep_machine_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- Auth itself fills in an account that it has just made.
    if old.last_sign_in_at is not null
    and exists (select from private.machine_users where id = new.id) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = 'The account of a machine user does not change. Give it another secret.';
    end if;
    return new;
end;
$$;
comment on function private.keep_machine_account is
'Whoever has a token of a machine user for an hour cannot keep its account: nobody changes password, address or name of it.';

create trigger keep_machine_account
before update of encrypted_password, email, phone, raw_user_meta_data on auth.users
for each row when (
    (old.encrypted_password, old.email, old.phone, old.raw_user_meta_data)
    is distinct from (new.encrypted_password, new.email, new.phone, new.raw_user_meta_data)
)
execute function private.keep_machine_account();

create function private.refuse_session_of_revoked() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    ended timestamptz;
begin
    -- The lock meets whoever revokes it at this moment.
    select revoked_at into ended from private.machine_users where id = new.user_id for share;
    if ended is not null then
        raise sqlstate 'PT403' using
            message = 'denied', detail = 'This machine user is revoked.';
    end if;
    return new;
end;
$$;
comment on function private.refuse_session_of_revoked is
'A revoked machine user is not signed in any more, even by a request for a token that was under way.';

create trigger refuse_session_of_revoked
before insert on auth.sessions
for each row execute function private.refuse_session_of_revoked();

-- Secrets --------------------------------------------------------------------

create function private.machine_secret(nonce text) returns text
language sql stable security definer set search_path = ''
as $$
    select 'autocrm_' || encode(
        extensions.hmac(
            machine_secret.nonce, private.secret('autocrm_machine_secret_key'), 'sha256'
        ),
        'hex'
    );
$$;
comment on function private.machine_secret is
'The secret of 256 bits that belongs to a random nonce. The nonce stands in the stored response, for a day and for its caller alone, so that a request that is sent again gets the same secret, though nothing stores it.';

create function private.hash_of_secret(secret text) returns text
language sql immutable set search_path = ''
as $$
    select encode(sha256(convert_to(secret, 'UTF8')), 'hex');
$$;
comment on function private.hash_of_secret is 'What is stored of a secret of a machine user.';

create function private.require_future(moment timestamptz) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if moment <= now() then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A secret ends in the future.';
    end if;
end;
$$;
comment on function private.require_future is 'PT422 for a time that has passed; null is never.';

create function private.add_machine_secret(machine uuid, expires_at timestamptz) returns text
language plpgsql security definer set search_path = ''
as $$
declare
    nonce constant text := encode(extensions.gen_random_bytes(32), 'hex');
begin
    insert into private.machine_secrets (machine_id, hash, expires_at, created_by)
    values (
        machine, private.hash_of_secret(private.machine_secret(nonce)),
        add_machine_secret.expires_at, private.caller()
    );
    return nonce;
end;
$$;
comment on function private.add_machine_secret is
'Adds a secret to a machine user and returns its nonce; see private.machine_secret.';

create function private.machine_json(machine uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', machines.id,
        'client_id', machines.id,
        'name', machines.name,
        'role', machines.role,
        'permissions', array(
            select role_permissions.permission from public.role_permissions
            where role_permissions.role = machines.role order by role_permissions.permission
        ),
        'secrets', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'id', secrets.id,
                        'created_at', secrets.created_at,
                        'expires_at', secrets.expires_at,
                        'last_used_at', secrets.last_used_at
                    )
                    order by secrets.created_at, secrets.id
                ),
                '[]'
            )
            from private.machine_secrets as secrets
            where secrets.machine_id = machines.id
                and (secrets.expires_at is null or secrets.expires_at > now())
        ),
        'last_used_at', (
            select max(secrets.last_used_at) from private.machine_secrets as secrets
            where secrets.machine_id = machines.id
        ),
        'created_by', machines.created_by,
        'created_by_name', (
            select people.name from public.people where people.id = machines.created_by
        ),
        'created_at', machines.created_at,
        'updated_at', machines.updated_at,
        'revoked_at', machines.revoked_at,
        'version', machines.version
    )
    from private.machine_users as machines
    where machines.id = machine_json.machine;
$$;
comment on function private.machine_json is
'A machine user as JSON, with its live secrets, of which it tells when they end and were last used, and nothing else.';

create function private.with_machine_secret(response jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    secret constant text := private.machine_secret(response ->> 'nonce');
begin
    if not exists (
        select from private.machine_secrets as secrets
        where secrets.hash = private.hash_of_secret(secret)
            and (secrets.expires_at is null or secrets.expires_at > now())
    ) then
        raise sqlstate 'PT409' using
            message = 'secret-replaced',
            detail = 'The secret that this request made has ended since.';
    end if;
    return private.machine_json((response ->> 'machine')::uuid)
        || jsonb_build_object('client_secret', secret);
end;
$$;
comment on function private.with_machine_secret is
'The machine user of a stored response with the secret that the request made; PT409 when that has ended.';

-- Commands and queries -------------------------------------------------------

create function private.lock_machine(machine uuid, expected_version integer default null)
returns private.machine_users
language plpgsql security definer set search_path = ''
as $$
declare
    target private.machine_users;
begin
    perform private.require_permission('machines.manage');
    select * into target from private.machine_users where id = machine for update;
    if target.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such machine user.';
    end if;
    perform private.require_version(target.version, expected_version);
    -- Whoever gets a secret of it may do what it may.
    perform private.require_grantable(array(
        select permission from public.role_permissions where role = target.role
    ));
    return target;
end;
$$;
comment on function private.lock_machine is
'The guard of commands about a machine user: finds and locks it, for who holds all of its permissions; PT401, PT403, PT404, PT412.';

create function private.refuse_revoked(machine private.machine_users) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if machine.revoked_at is not null then
        raise sqlstate 'PT409' using
            message = 'revoked', detail = 'This machine user is revoked. Create another one.';
    end if;
end;
$$;
comment on function private.refuse_revoked is 'PT409 for a revoked machine user.';

create function api.create_machine_user(
    name text,
    permissions text[],
    expires_at timestamptz default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('machines.manage');
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'create_machine_user', 'name', name, 'permissions', permissions,
            'expires_at', expires_at
        )
    );
    machine constant uuid := extensions.uuid_generate_v4();
    role_key constant text := 'machine_' || left(replace(machine::text, '-', ''), 16);
begin
    -- Also before an earlier response: the secret in it is worth these permissions.
    perform private.require_grantable(permissions);
    if response is not null then
        return private.with_machine_secret(response);
    end if;
    perform private.require_future(expires_at);
    insert into public.roles (role, name) values (role_key, create_machine_user.name);
    perform private.set_permissions_of_role(role_key, permissions);
    insert into private.machine_users (id, name, role, password_id, created_by)
    values (
        machine, create_machine_user.name, role_key,
        -- Auth reads 72 bytes at most, and a project may demand a character of each kind.
        vault.create_secret(
            'aA1!' || encode(extensions.gen_random_bytes(36), 'base64')
        ),
        me
    );
    response := jsonb_build_object(
        'machine', machine,
        'nonce', private.add_machine_secret(machine, create_machine_user.expires_at)
    );
    perform private.store_response(idempotency_key, response);
    return private.with_machine_secret(response);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.create_machine_user is
'Creates a machine user with these permissions, none beyond the caller''s own, and returns it with its secret, once; needs machines.manage. Whoever calls it creates its account in Auth next; see api.machine_account.';

create function api.list_machine_users(after jsonb default null, page_size integer default 50)
returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    after_time constant timestamptz := after ->> 0;
    after_id constant uuid := after ->> 1;
    to_read constant integer := private.page_limit(page_size) + 1;
    machines json[];
    sort_keys jsonb[];
begin
    perform private.require_permission('machines.manage');
    select
        array_agg(private.machine_json(page.id)::json order by page.created_at, page.id),
        array_agg(
            jsonb_build_array(page.created_at, page.id) order by page.created_at, page.id
        )
    into machines, sort_keys
    from (
        select listed.created_at, listed.id from private.machine_users as listed
        where after is null or (listed.created_at, listed.id) > (after_time, after_id)
        order by listed.created_at, listed.id limit to_read
    ) as page;
    return (select to_json(page) from private.page_of(machines, sort_keys, page_size) as page);
end;
$$;
comment on function api.list_machine_users is
'A page of the machine users, revoked ones too, oldest first after a cursor: items, and as next the cursor of the next page, null at the end; needs machines.manage.';

create function api.get_machine_user(machine uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    shown jsonb;
begin
    perform private.require_permission('machines.manage');
    shown := private.machine_json(machine);
    if shown is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such machine user.';
    end if;
    return shown;
end;
$$;
comment on function api.get_machine_user is 'Returns one machine user, without its secrets; needs machines.manage.';

create function api.change_machine_user(
    machine uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.machine_users := private.lock_machine(machine, expected_version);
    permissions text[];
begin
    perform private.refuse_revoked(target);
    perform private.require_fields(changes, '{"name": "string", "permissions": "strings"}');
    if changes ? 'permissions' then
        if target.id = private.caller() then
            raise sqlstate 'PT403' using
                message = 'own-role',
                detail = 'Nobody edits a role they hold. Ask an administrator.';
        end if;
        permissions := array(
            select requested.value
            from jsonb_array_elements_text(changes -> 'permissions') as requested
        );
        perform private.require_grantable(permissions);
        perform private.set_permissions_of_role(target.role, permissions);
    end if;
    update private.machine_users
    set name = coalesce(changes ->> 'name', target.name), updated_at = now()
    where id = target.id;
    if changes ? 'name' then
        update public.roles set name = changes ->> 'name' where role = target.role;
        update public.people set name = changes ->> 'name' where id = target.id;
    end if;
    return private.machine_json(target.id);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_machine_user is
'Changes name and permissions of a machine user, from its next request on; needs machines.manage and all permissions concerned.';

create function api.create_machine_secret(
    machine uuid,
    expires_at timestamptz default null,
    old_secret_ends_at timestamptz default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.machine_users := private.lock_machine(machine);
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'create_machine_secret', 'machine', machine, 'expires_at', expires_at,
            'old_secret_ends_at', old_secret_ends_at
        )
    );
begin
    if response is not null then
        return private.with_machine_secret(response);
    end if;
    perform private.refuse_revoked(target);
    perform private.require_future(expires_at);
    perform private.require_future(old_secret_ends_at);
    delete from private.machine_secrets as secrets
    where secrets.machine_id = target.id and secrets.expires_at <= now();
    if (
        select count(*) from private.machine_secrets as secrets
        where secrets.machine_id = target.id
    ) >= 2 then
        raise sqlstate 'PT409' using
            message = 'two-secrets',
            detail = 'Two secrets are live already. Delete the one that is not used any more.';
    end if;
    update private.machine_secrets as secrets
    set expires_at = least(
        secrets.expires_at,
        coalesce(create_machine_secret.old_secret_ends_at, now() + interval '1 day')
    )
    where secrets.machine_id = target.id;
    response := jsonb_build_object(
        'machine', target.id,
        'nonce', private.add_machine_secret(target.id, create_machine_secret.expires_at)
    );
    update private.machine_users set updated_at = now() where id = target.id;
    perform private.store_response(idempotency_key, response);
    return private.with_machine_secret(response);
end;
$$;
comment on function api.create_machine_secret is
'Adds a second secret to a machine user and returns it, once; the first ends at the given time, or in a day. PT409 while two are live.';

create function api.delete_machine_secret(machine uuid, secret uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.machine_users := private.lock_machine(machine);
begin
    delete from private.machine_secrets
    where id = delete_machine_secret.secret and machine_id = target.id;
    if not found then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'This machine user has no such secret.';
    end if;
    update private.machine_users set updated_at = now() where id = target.id;
    delete from auth.sessions where user_id = target.id;
    return private.machine_json(target.id);
end;
$$;
comment on function api.delete_machine_secret is
'Ends a secret of a machine user, and all its sessions: with another secret it gets another token. Needs machines.manage.';

create function api.revoke_machine_user(machine uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.machine_users := private.lock_machine(machine);
begin
    if target.revoked_at is null then
        update private.machine_users
        set revoked_at = now(), updated_at = now(), role = null, password_id = null
        where id = target.id;
        delete from private.machine_secrets where machine_id = target.id;
        delete from vault.secrets where id = target.password_id;
        delete from public.person_roles where person_id = target.id;
        delete from public.roles where role = target.role;
        delete from auth.sessions where user_id = target.id;
    end if;
    return private.machine_json(target.id);
end;
$$;
comment on function api.revoke_machine_user is
'Revokes a machine user for good, from its next request on: ends its secrets, role, password and sessions. History keeps naming it. Needs machines.manage.';

-- For the functions that talk to Auth ----------------------------------------

create function private.machine_address(machine uuid) returns text
language sql immutable set search_path = ''
as $$
    select machine || '@machines.invalid';
$$;
comment on function private.machine_address is
'The address of the account of a machine user, at a name that receives no mail (RFC 2606).';

create function api.machine_account(machine uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', machines.id,
        'email', private.machine_address(machines.id),
        'password', secrets.decrypted_secret,
        'name', machines.name
    )
    from private.machine_users as machines
    inner join vault.decrypted_secrets as secrets on secrets.id = machines.password_id
    where machines.id = machine_account.machine
        and not exists (select from auth.users where users.id = machines.id);
$$;
comment on function api.machine_account is
'The account that a machine user still needs in Auth: id, email, password, name; null when it has one. For the secret key.';

create function api.authenticate_machine(client_id text, client_secret text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    address constant text := private.calling_address();
    machine private.machine_users;
begin
    if address is not null then
        perform private.increment_command_count(
            address, (select commands_per_minute_by_address from private.settings)
        );
    end if;
    update private.machine_secrets as secrets
    set last_used_at = now()
    from private.machine_users as machines
    where secrets.hash = private.hash_of_secret(authenticate_machine.client_secret)
        and (secrets.expires_at is null or secrets.expires_at > now())
        and machines.id = secrets.machine_id
        and machines.id = private.as_uuid(authenticate_machine.client_id)
        and machines.revoked_at is null
        and not exists (
            select from public.people
            where people.id = machines.id and people.deactivated_at is not null
        )
    returning machines.* into machine;
    -- Null and no error, which would take back the count.
    if machine.id is null then
        return null;
    end if;
    -- No token lives longer than a week.
    delete from auth.sessions
    where user_id = machine.id and created_at < now() - interval '8 days';
    return jsonb_build_object(
        'email', private.machine_address(machine.id),
        'password', (
            select decrypted_secret from vault.decrypted_secrets where id = machine.password_id
        )
    );
end;
$$;
comment on function api.authenticate_machine is
'With which email and password Auth signs a machine user in, for its client id and a live secret; null for anything else, and for a deactivated one, be the client known or not. Counts towards the limit of the address. For the secret key.';

grant execute on function
api.create_machine_user, api.list_machine_users, api.get_machine_user,
api.change_machine_user,
api.create_machine_secret, api.delete_machine_secret, api.revoke_machine_user
to authenticated;
grant execute on function api.machine_account, api.authenticate_machine to service_role;
