-- Who can see a ticket, and by which rule. Each rule is private.may_see_ticket itself, asked with
-- what that rule alone is about.

create function private.access_rules(ticket public.tickets, person uuid)
returns table (rule text, applies boolean, explanation text)
language plpgsql stable security definer rows 5 set search_path = ''
as $$
declare
    reads_queue constant boolean := private.may_see_ticket(
        null, ticket.queue_id, null, null, person,
        array(select private.readable_queues_of(person)), '{}', '{}'
    );
    is_member constant boolean := exists (
        select from public.queue_members
        where queue_id = ticket.queue_id and queue_members.person_id = person
    );
    reads_own constant boolean := private.person_has_permission(person, 'tickets.read');
    reads_all constant boolean := private.person_has_permission(person, 'tickets.read_all');
    belongs constant boolean := coalesce(ticket.organization_id = (
        select people.organization_id from public.people where people.id = person
    ), false);
    is_colleague constant boolean := coalesce(private.may_see_ticket(
        null, null, null, ticket.organization_id, person,
        '{}', array(select private.shared_organizations_of(person)), '{}'
    ), false);
    is_requester constant boolean := coalesce(private.may_see_ticket(
        null, null, ticket.requester_id, null, person, '{}', '{}', '{}'
    ), false);
    is_follower constant boolean := private.may_see_ticket(
        ticket.id, null, null, null, person, '{}', '{}', array(
            select readers.ticket_id from private.ticket_readers as readers
            where readers.person_id = access_rules.person and readers.ticket_id = ticket.id
        )
    );
begin
    return query values
    (
        'requester', is_requester,
        case when is_requester then 'Requested it.' else 'Did not request it.' end
    ),
    (
        'organization', is_colleague,
        case
            when is_colleague then 'Belongs to the organization of the ticket, whose people see one another''s tickets.'
            when belongs then 'Belongs to the organization of the ticket, but its people do not see one another''s tickets.'
            when ticket.organization_id is null then 'The ticket belongs to no organization.'
            else 'Does not belong to the organization of the ticket.'
        end
    ),
    (
        'queue_member', reads_queue and is_member and reads_own,
        case
            when is_member and reads_own then 'Is a member of the queue and has tickets.read.'
            when is_member then 'Is a member of the queue, but does not have tickets.read.'
            when reads_own then 'Has tickets.read, but is no member of the queue.'
            else 'Is no member of the queue and does not have tickets.read.'
        end
    ),
    (
        'all_queues', reads_queue and reads_all,
        case when reads_all then 'Has tickets.read_all.' else 'Does not have tickets.read_all.' end
    ),
    (
        'follower', coalesce(is_follower, false),
        case
            when is_follower then 'Was made to follow it by staff.'
            else 'Was not made to follow it by staff.'
        end
    );
end;
$$;
comment on function private.access_rules is
'Each rule by which somebody may see a ticket, whether it applies to a person, and why.';

create function private.access_json(ticket public.tickets, person uuid) returns json
language sql stable security definer set search_path = ''
as $$
    select json_build_object(
        'person', json_build_object('id', people.id, 'name', people.name),
        'can_see', seen.person_id is not null,
        'reads_notes', coalesce(seen.reads_notes, false),
        'can_sign_in', private.can_sign_in(people.id),
        'rules', (
            select json_agg(json_build_object(
                'rule', rules.rule, 'applies', rules.applies, 'explanation', rules.explanation
            ))
            from private.access_rules(ticket, people.id) as rules
        )
    )
    from public.people
    left join private.people_who_see(ticket, array[person]) as seen on people.id = seen.person_id
    where people.id = access_json.person;
$$;
comment on function private.access_json is
'Whether a person can see a ticket and its notes now, by which rules, and by which not.';

create function private.access_page(
    ticket public.tickets, after jsonb, page_size integer
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    after_name constant text := after ->> 0;
    after_id constant uuid := (after ->> 1)::uuid;
    candidates constant uuid[] := array(
        select ticket.requester_id
        union
        select readers.person_id from private.organization_readers as readers
        where readers.organization_id = ticket.organization_id
        union
        select readers.person_id from private.queue_readers as readers
        where readers.queue_id = ticket.queue_id
        union
        select readers.person_id from private.ticket_readers as readers
        where readers.ticket_id = ticket.id
    );
    shown json[];
    sort_keys jsonb[];
    page record;
begin
    -- By name first, so that the rest is looked up for the people of one page alone.
    with by_name as materialized (
        select people.id, people.name from public.people
        where people.id = any (candidates)
            and (after is null or (people.name, people.id) > (after_name, after_id))
        order by people.name, people.id
    ),

    who_sees as (
        select by_name.* from by_name
        where exists (select from private.people_who_see(ticket, array[by_name.id]))
        order by by_name.name, by_name.id
        limit private.page_limit(page_size) + 1
    )

    select
        array_agg(private.access_json(ticket, id) order by name, id),
        array_agg(jsonb_build_array(name, id) order by name, id)
    into shown, sort_keys
    from who_sees;
    select * into page from private.page_of(shown, sort_keys, page_size);
    return json_build_object('items', page.items, 'next', page.next);
end;
$$;
comment on function private.access_page is 'A page of the people who can see a ticket, by name.';

create function api.explain_access(
    ticket text,
    person uuid default null,
    after jsonb default null,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target public.tickets;
begin
    perform private.require_caller();
    target := private.find_visible_ticket(ticket);
    perform private.require_in_queue('people.read', target.queue_id);
    if person is null then
        return private.access_page(target, after, page_size);
    end if;
    if not exists (select from public.people where id = person) then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such person.';
    end if;
    return json_build_object(
        'items', json_build_array(private.access_json(target, person)), 'next', null
    );
end;
$$;
comment on function api.explain_access is
'The people who can see a ticket, by name, and by which rule; or why one person can or cannot. Needs people.read in the queue of the ticket.';

grant execute on function api.explain_access to authenticated;
