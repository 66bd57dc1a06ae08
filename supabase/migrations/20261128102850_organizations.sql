-- Organizations: their mail domains, who may see what of them, and the moves of their people.

create function private.is_domain(value text) returns boolean
language sql immutable parallel safe set search_path = ''
begin atomic
    -- A host name of DNS (RFC 1123, 2.1) with a top-level domain, which begins with a letter.
    select
        length(value) <= 253
        and value ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$';
end;
comment on function private.is_domain is
'Whether a text is a domain in lower case; an international one in its ASCII form.';

create table private.organization_domains (
    domain text primary key,
    organization_id uuid not null references public.organizations (id) on delete cascade,
    constraint organization_domains_form check (private.is_domain(domain))
);
comment on table private.organization_domains is
'The mail domains of organizations: whoever has a confirmed address of one joins its organization.';
comment on column private.organization_domains.domain is
'The domain, in lower case; its subdomains are others.';
comment on column private.organization_domains.organization_id is 'Whose it is.';
create index organization_domains_similar
on private.organization_domains using gin (domain extensions.gin_trgm_ops);
comment on index private.organization_domains_similar is 'Organizations by a part of a domain.';
create index organization_domains_organization
on private.organization_domains (organization_id);

create trigger count_written_bytes
after insert or update on public.organizations
for each row when (octet_length(new.notes) > 4096)
execute function private.count_written_bytes('notes');

-- Joining and moving ---------------------------------------------------------

create function private.move_person(person uuid, organization uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    takes_tickets constant boolean := organization_moves_tickets from private.settings;
begin
    if takes_tickets then
        -- Tickets before people, as comments lock them.
        perform from public.tickets
        where requester_id = person order by id for update;
    end if;
    -- Meets who opens a ticket for this person now: it is in the organization before, and goes
    -- along, or in the one after.
    perform from public.people where id = person for update;
    update public.people set organization_id = move_person.organization
    where id = person and organization_id is distinct from move_person.organization;
    if takes_tickets then
        update public.tickets set organization_id = move_person.organization
        where requester_id = person and organization_id is distinct from move_person.organization;
    end if;
end;
$$;
comment on function private.move_person is
'Moves a person to an organization, or out of any for null: what they request from then on is its. With the setting organization_moves_tickets all that they ever requested goes along, closed tickets too. Does not check who may do that.';

create function private.join_organization(person uuid, email text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    joined constant uuid := organization_id from private.organization_domains
        where domain = lower(substring(email from '@([^@]+)$'));
begin
    if joined is null or not exists (
        select from public.people where id = person and organization_id is null
    ) then
        return null;
    end if;
    perform private.move_person(person, joined);
    return joined;
end;
$$;
comment on function private.join_organization is
'Moves a person who belongs nowhere to the organization whose domain their address has, and returns it; null when there is none. For an address that is confirmed.';

-- Who sees what --------------------------------------------------------------

create function private.reads_organizations() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.has_permission('people.read') or private.has_permission('organizations.manage');
end;
$$;
comment on function private.reads_organizations is
'Whether the caller may read all of every organization; all others know the name of their own.';

create function private.domains_of(organization uuid) returns text[]
language sql stable security definer set search_path = ''
as $$
    select array(
        select own.domain from private.organization_domains as own
        where own.organization_id = domains_of.organization order by own.domain
    );
$$;
comment on function private.domains_of is 'The mail domains of an organization, in order.';

create function private.organization_json(
    organization public.organizations, of_staff boolean
) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select
        case
            when of_staff then jsonb_build_object(
                'id', organization.id,
                'name', organization.name,
                'shares_tickets', organization.shares_tickets,
                'domains', private.domains_of(organization.id),
                'notes', organization.notes,
                'version', organization.version,
                'created_at', organization.created_at,
                'updated_at', organization.updated_at
            )
            else jsonb_build_object('id', organization.id, 'name', organization.name)
        end;
$$;
comment on function private.organization_json is
'An organization as JSON: all of it for staff, and the name for its people.';

create function private.find_organization(organization uuid) returns public.organizations
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    found_one public.organizations;
begin
    select * into found_one from public.organizations
    where id = organization and (
        private.reads_organizations()
        or id = (select people.organization_id from public.people where people.id = me)
    );
    if found_one.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such organization, or it is not yours to see.';
    end if;
    return found_one;
end;
$$;
comment on function private.find_organization is
'An organization that the caller may see; PT404 when there is none.';

-- Queries --------------------------------------------------------------------

create function api.get_organization(organization uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.organizations := private.find_organization(organization);
begin
    return private.organization_json(target, private.reads_organizations());
end;
$$;
comment on function api.get_organization is
'Returns one organization: all of it with people.read or organizations.manage; else the name of one''s own.';

create function api.list_organizations(
    search text default null, after jsonb default null, page_size integer default 50
) returns json
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    searched constant text := lower(search);
    pattern constant text := private.part_pattern(search);
    me constant uuid := private.require_caller();
    of_staff constant boolean := private.reads_organizations();
    after_name constant text := after ->> 0;
    after_id constant uuid := (after ->> 1)::uuid;
    own constant uuid := (select people.organization_id from public.people where people.id = me);
    misspelled boolean := false;
    organizations json[];
    sort_keys jsonb[];
    page record;
begin
    if search is not null then
        perform private.tolerate_typos();
        misspelled := not exists (
            select from public.organizations as visible
            where (of_staff or visible.id = own)
                and (
                    lower(visible.name) like pattern
                    or of_staff and visible.id in (
                        select domains.organization_id from private.organization_domains as domains
                        where domains.domain like pattern
                    )
                )
        );
    end if;
    select
        array_agg(
            private.organization_json(found_one, of_staff)::json
            order by found_one.name, found_one.id
        ),
        array_agg(
            jsonb_build_array(found_one.name, found_one.id)
            order by found_one.name, found_one.id
        )
    into organizations, sort_keys
    from (
        select visible.*
        from public.organizations as visible
        where (of_staff or visible.id = own)
        and (after is null or (visible.name, visible.id) > (after_name, after_id))
        and (
            search is null
            or lower(visible.name) like pattern
            -- Domains are for staff: nobody else finds out by searching.
            or of_staff and visible.id in (
                select domains.organization_id from private.organization_domains as domains
                where domains.domain like pattern
            )
            or misspelled and searched operator(extensions.<%) lower(visible.name)
        )
        order by visible.name, visible.id
        limit private.page_limit(page_size) + 1
    ) as found_one;
    select * into page from private.page_of(organizations, sort_keys, page_size);
    return json_build_object('items', page.items, 'next', page.next);
end;
$$;
comment on function api.list_organizations is
'A page of organizations, by name after a cursor, filtered by a part of name or domain, or, where none has it, by a similar name: all of them with people.read or organizations.manage; else the name of one''s own.';

create function api.list_organization_members(
    organization uuid, after jsonb default null, page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.organizations := private.find_organization(organization);
    after_name constant text := after ->> 0;
    after_id constant uuid := (after ->> 1)::uuid;
    members json[];
    sort_keys jsonb[];
    page record;
begin
    perform private.require_permission('people.read');
    select
        array_agg(
            json_build_object('id', member.id, 'name', member.name)
            order by member.name, member.id
        ),
        array_agg(jsonb_build_array(member.name, member.id) order by member.name, member.id)
    into members, sort_keys
    from (
        select people.id, people.name
        from public.people
        where people.organization_id = target.id
            and (after is null or (people.name, people.id) > (after_name, after_id))
        order by people.name, people.id
        limit private.page_limit(page_size) + 1
    ) as member;
    select * into page from private.page_of(members, sort_keys, page_size);
    return json_build_object('items', page.items, 'next', page.next);
end;
$$;
comment on function api.list_organization_members is
'A page of the people of an organization, by name after a cursor; needs people.read.';

-- Commands -------------------------------------------------------------------

create function private.normal_domains(domains text[]) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
    normal constant text[] := array(
        select distinct lower(rtrim(ltrim(btrim(given), '@'), '.')) as domain
        from unnest(domains) as given
        order by domain
    );
begin
    if domains is null or cardinality(domains) > 100 or array_ndims(domains) > 1
    or array_position(domains, null) is not null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'An organization has a list of 100 domains at most.';
    end if;
    if exists (
        select from unnest(normal) as domain where not private.is_domain(domain)
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid-domain',
            detail = 'A domain is what follows the @ of an address, such as example.com; an international one in its ASCII form (xn--).';
    end if;
    return normal;
end;
$$;
comment on function private.normal_domains is
'Mail domains in lower case, each once, without an @ before and a dot after them; PT422 for what is none.';

create function private.set_domains(organization uuid, domains text[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    taken text;
begin
    delete from private.organization_domains as former
    where former.organization_id = set_domains.organization
        and former.domain <> all (domains);
    -- In order, so that two organizations at once never deadlock.
    insert into private.organization_domains (domain, organization_id)
    select given.domain, set_domains.organization
    from unnest(domains) as given (domain)
    order by given.domain
    on conflict do nothing;
    select string_agg(given.domain, ', ' order by given.domain) into taken
    from unnest(domains) as given (domain)
    where given.domain <> all (private.domains_of(set_domains.organization));
    if taken is not null then
        raise sqlstate 'PT409' using
            message = 'domain-taken',
            detail = format('Another organization has this domain already: %s.', taken);
    end if;
end;
$$;
comment on function private.set_domains is
'Gives an organization exactly these domains; PT409 when another one has one of them.';

create function private.store_organization(
    organization public.organizations, domains text[]
) returns public.organizations
language plpgsql security definer set search_path = ''
as $$
declare
    stored public.organizations;
begin
    begin
        if organization.id is null then
            insert into public.organizations (name, shares_tickets, notes)
            values (organization.name, organization.shares_tickets, organization.notes)
            returning * into stored;
        else
            update public.organizations as organizations
            set
                name = organization.name,
                shares_tickets = organization.shares_tickets,
                notes = organization.notes,
                updated_at = now()
            where organizations.id = organization.id
            returning * into stored;
        end if;
    exception
        when unique_violation then
            raise sqlstate 'PT409' using
                message = 'name-taken',
                detail = 'There is an organization of this name already.';
    end;
    perform private.set_domains(stored.id, domains);
    return stored;
end;
$$;
comment on function private.store_organization is
'Stores an organization, a new one without an id, with its domains; PT409 for a name or a domain of another.';

create function api.create_organization(
    name text,
    shares_tickets boolean default false,
    domains text[] default '{}',
    notes text default '',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    request constant jsonb := jsonb_build_object(
        'command', 'create_organization', 'name', name, 'shares_tickets', shares_tickets,
        'domains', domains, 'notes', notes
    );
    response jsonb;
    draft public.organizations;
    stored public.organizations;
begin
    perform private.require_permission('organizations.manage');
    response := private.stored_response(idempotency_key, request);
    if response is not null then
        return response;
    end if;
    draft.name := create_organization.name;
    draft.shares_tickets := create_organization.shares_tickets;
    draft.notes := create_organization.notes;
    stored := private.store_organization(draft, private.normal_domains(domains));
    response := private.organization_json(stored, true);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.create_organization is
'Enters an organization: its name, whether its people see one another''s tickets, its mail domains, and notes for staff; needs organizations.manage.';

create function private.lock_organization(
    organization uuid, expected_version integer
) returns public.organizations
language plpgsql security definer set search_path = ''
as $$
declare
    target public.organizations;
begin
    perform private.require_permission('organizations.manage');
    -- Whoever joins, or opens a ticket for it, waits, so that it is not deleted under them.
    select * into target from public.organizations where id = organization for update;
    if target.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such organization.';
    end if;
    perform private.require_version(target.version, expected_version);
    return target;
end;
$$;
comment on function private.lock_organization is
'The guard of commands on organizations: finds one and locks it; PT401, PT403, PT404, PT412 for another version.';

create function api.change_organization(
    organization uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.organizations := private.lock_organization(
        organization, expected_version
    );
    changed public.organizations := target;
    domains text[] := private.domains_of(target.id);
begin
    perform private.require_fields(changes, '{
        "name": "string", "shares_tickets": "boolean", "domains": "strings", "notes": "string"
    }');
    changed.name := coalesce(changes ->> 'name', target.name);
    changed.shares_tickets := coalesce(
        (changes ->> 'shares_tickets')::boolean, target.shares_tickets
    );
    changed.notes := coalesce(changes ->> 'notes', target.notes);
    if changes ? 'domains' then
        domains := private.normal_domains(array(
            select jsonb_array_elements_text(changes -> 'domains')
        ));
    end if;
    if changed is distinct from target or domains <> private.domains_of(target.id) then
        changed := private.store_organization(changed, domains);
    end if;
    return private.organization_json(changed, true);
end;
$$;
comment on function api.change_organization is
'Changes the given fields of an organization: name, shares_tickets, domains (replaced), notes; needs organizations.manage. People whose address has a new domain join when they next confirm one.';

create function api.delete_organization(
    organization uuid, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.organizations := private.lock_organization(
        organization, expected_version
    );
    response constant jsonb := private.organization_json(target, true);
    members constant bigint := count(*) from (
        select from public.people where organization_id = target.id limit 1000
    ) as counted;
    tickets constant bigint := count(*) from (
        select from public.tickets where organization_id = target.id limit 1000
    ) as counted;
begin
    if members + tickets > 0 then
        raise sqlstate 'PT409' using
            message = 'organization-in-use',
            detail = format(
                'It has people (%s) and tickets (%s), counted up to 1,000. Move its people with PATCH /v1/people/{id}; with the setting organization_moves_tickets all their tickets go along, those of former members when they move again. Or keep it, without domains.',
                members, tickets
            );
    end if;
    delete from public.organizations where id = target.id;
    return response;
end;
$$;
comment on function api.delete_organization is
'Deletes an organization without people and tickets, and returns it; PT409 while it has any. Needs organizations.manage.';

grant execute on function
api.list_organizations, api.get_organization, api.list_organization_members,
api.create_organization, api.change_organization, api.delete_organization
to authenticated;
