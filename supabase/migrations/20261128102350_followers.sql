-- Following: who is notified of a ticket besides its requester and assignee. Staff may make
-- somebody follow who would not see the ticket: that gives the right to see this one ticket, what
-- is public of it, and nothing else.

create function private.person_sees_ticket(ticket public.tickets, person uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    -- Of a ticket without an organization the predicate says null for no.
    select coalesce(private.may_see_ticket(
        ticket.id,
        ticket.queue_id,
        ticket.requester_id,
        ticket.organization_id,
        person,
        array(
            select readers.queue_id from private.queue_readers as readers
            where readers.person_id = person_sees_ticket.person
                and readers.queue_id = ticket.queue_id
        ),
        array(select private.shared_organizations_of(person)),
        array(
            select readers.ticket_id from private.ticket_readers as readers
            where readers.person_id = person_sees_ticket.person
                and readers.ticket_id = ticket.id
        )
    ), false);
$$;
comment on function private.person_sees_ticket is
'Whether the rights of a person let them see a ticket, be they able to sign in or not.';

create function private.follower_json(ticket uuid, person uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'person_id', people.id,
        'name', people.name,
        'since', followers.since,
        'sees_by_following', coalesce(followers.grants_access, false)
    )
    from public.people
    left join public.ticket_followers as followers
        on followers.person_id = people.id and followers.ticket_id = follower_json.ticket
    where people.id = follower_json.person;
$$;
comment on function private.follower_json is
'Somebody as a follower of a ticket, as JSON; since is null when they do not follow it.';

create function private.guard_follower(target public.tickets, person text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    whom constant uuid := case person when 'me' then me else person::uuid end;
begin
    if whom = me then
        return me;
    end if;
    perform private.require_in_queue('tickets.reply', target.queue_id);
    if not exists (select from public.people where people.id = whom) then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such person.';
    end if;
    return whom;
end;
$$;
comment on function private.guard_follower is
'The guard of commands about a follower, by id or me: oneself, or, with tickets.reply in the queue, anybody; PT403, PT404. Returns their id.';

create function private.let_follow(target public.tickets, whom uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    grants constant boolean := not private.person_sees_ticket(target, whom);
begin
    if grants and (
        select count(*) from public.ticket_followers as followers
        where followers.ticket_id = target.id and followers.grants_access
    ) >= 50 then
        raise sqlstate 'PT409' using
            message = 'too-many-followers',
            detail = 'At most 50 people see a ticket by following it. Remove one first.';
    end if;
    insert into public.ticket_followers as followers (person_id, ticket_id, grants_access)
    values (whom, target.id, grants)
    on conflict (person_id, ticket_id) do update set grants_access = true
    where grants;
    if found then
        -- Who else sees it by following is for everybody who does to know.
        perform private.record_event(
            target.id, 'TICKET_FOLLOWER_ADDED', null,
            jsonb_build_object('person_id', whom, 'sees_by_following', grants),
            not grants
        );
    end if;
    return private.follower_json(target.id, whom);
end;
$$;
comment on function private.let_follow is
'Makes somebody follow a ticket; who does not see it then sees it by following. PT409.';

create function api.add_follower(ticket text, person text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
begin
    return private.let_follow(target, private.guard_follower(target, person));
end;
$$;
comment on function api.add_follower is
'Makes somebody follow a ticket: the caller, or, with tickets.reply in its queue, anybody. Who does not see it then sees it by following, and no other.';

create function api.add_follower_by_email(
    ticket text, email text, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    response jsonb;
    whom uuid;
begin
    perform private.require_in_queue('tickets.reply', target.queue_id);
    response := private.stored_response(idempotency_key, jsonb_build_object(
        'command', 'add_follower_by_email', 'ticket', target.id, 'email', email
    ));
    if response is not null then
        return response;
    end if;
    whom := private.person_at(email);
    perform private.require_active(whom);
    response := private.let_follow(target, whom);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.add_follower_by_email is
'Makes whoever has an address follow a ticket; who is not known becomes a person without an account. Needs tickets.reply in its queue.';

create function api.remove_follower(ticket text, person text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    whom constant uuid := private.guard_follower(target, person);
    granted boolean;
begin
    delete from public.ticket_followers as followers
    where followers.ticket_id = target.id and followers.person_id = whom
    returning followers.grants_access into granted;
    if found then
        perform private.record_event(
            target.id, 'TICKET_FOLLOWER_REMOVED',
            jsonb_build_object('person_id', whom, 'sees_by_following', granted), null,
            not granted
        );
    end if;
    return private.follower_json(target.id, whom);
end;
$$;
comment on function api.remove_follower is
'Ends that somebody follows a ticket, and that they see it if they did by following alone; for oneself, or with tickets.reply in its queue.';

create function api.list_followers(
    ticket text, after jsonb default null, page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.find_visible_ticket(ticket);
    me constant uuid := private.caller();
    -- Whoever wrote a note follows, so others would learn from the list that there is one.
    shows_all constant boolean := private.may_read_notes(target.queue_id);
    after_time constant timestamptz := after ->> 0;
    after_id constant uuid := after ->> 1;
    to_read constant integer := private.page_limit(page_size) + 1;
    followers json[];
    sort_keys jsonb[];
begin
    select
        array_agg(
            private.follower_json(target.id, page.person_id)::json
            order by page.since, page.person_id
        ),
        array_agg(
            jsonb_build_array(page.since, page.person_id) order by page.since, page.person_id
        )
    into followers, sort_keys
    from (
        select listed.since, listed.person_id from public.ticket_followers as listed
        where listed.ticket_id = target.id
            and (shows_all or listed.grants_access or listed.person_id = me)
            and (after is null or (listed.since, listed.person_id) > (after_time, after_id))
        order by listed.since, listed.person_id limit to_read
    ) as page;
    return (select to_json(page) from private.page_of(followers, sort_keys, page_size) as page);
end;
$$;
comment on function api.list_followers is
'A page of the followers of a ticket, the first ones first after a cursor: all for who reads its notes; for others themselves, and who sees it by following. Items, and as next the cursor of the next page, null at the end.';

grant execute on function
api.add_follower, api.add_follower_by_email, api.remove_follower, api.list_followers
to authenticated;
