-- Reply leases: for a few minutes one agent alone may reply to a ticket, so that two do not reply
-- at once. A lease expires by itself, and counts no longer when its holder could not reply any
-- more: that is judged when it is read, so that nothing has to end it. Taking over the lease of
-- another agent is explicit and recorded as an event.

create table private.reply_leases (
    ticket_id uuid primary key references public.tickets (id) on delete cascade,
    person_id uuid not null references public.people (id) on delete cascade,
    session_id uuid,
    expires_at timestamptz not null
);
comment on table private.reply_leases is
'Who is replying to a ticket. Expired leases have no effect and are replaced by the next one.';
comment on column private.reply_leases.ticket_id is 'The ticket.';
comment on column private.reply_leases.person_id is 'Who is replying.';
comment on column private.reply_leases.session_id is
'The session of Auth in which they took it; null when the token names none.';
comment on column private.reply_leases.expires_at is 'When it expires, unless it is renewed.';
create index reply_leases_person on private.reply_leases (person_id);

create function private.may_reply(person uuid, queue uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    with permissions as (
        select distinct role_permissions.permission
        from public.person_roles
        inner join public.role_permissions on role_permissions.role = person_roles.role
        where person_roles.person_id = may_reply.person
    )

    select
        'tickets.reply' in (select permissions.permission from permissions)
        and (
            'tickets.read_all' in (select permissions.permission from permissions)
            or (
                'tickets.read' in (select permissions.permission from permissions)
                and exists (
                    select from public.queue_members as members
                    where members.queue_id = may_reply.queue
                        and members.person_id = may_reply.person
                )
            )
        )
        and private.can_sign_in(may_reply.person);
$$;
comment on function private.may_reply is
'Whether a person may reply as staff in a queue now: has tickets.reply, reads the queue, and can sign in.';

create function private.current_lease(ticket uuid) returns private.reply_leases
language sql volatile security definer set search_path = ''
as $$
    select leases.*
    from private.reply_leases as leases
    inner join public.tickets on tickets.id = leases.ticket_id
    where leases.ticket_id = current_lease.ticket
        and leases.expires_at > clock_timestamp()
        and private.may_reply(leases.person_id, tickets.queue_id)
        and (
            leases.session_id is null
            or exists (
                select from auth.sessions
                where sessions.id = leases.session_id
                    and (sessions.not_after is null or sessions.not_after > now())
            )
        );
$$;
comment on function private.current_lease is
'The lease of a ticket, or nulls when it has expired, its holder may not reply any more, or their session has ended.';

create function private.lease_json(ticket uuid) returns jsonb
language sql volatile security definer set search_path = ''
as $$
    select jsonb_build_object(
        'ticket_id', lease_json.ticket,
        'person_id', lease.person_id,
        'person_name', (select name from public.people where id = lease.person_id),
        'expires_at', lease.expires_at
    )
    from private.current_lease(lease_json.ticket) as lease;
$$;
comment on function private.lease_json is
'The current lease of a ticket as JSON; nulls when there is none.';

create function private.broadcast_lease(ticket uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    lease constant jsonb := private.lease_json(ticket);
begin
    perform realtime.send(
        lease, 'REPLY_LEASE_CHANGED', private.ticket_topic(tickets, true), true
    )
    from public.tickets
    where tickets.id = broadcast_lease.ticket;
    return lease;
end;
$$;
comment on function private.broadcast_lease is
'Broadcasts the current lease of a ticket to staff, and returns it.';

create function private.refuse_leased_reply(lease private.reply_leases) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'being-answered',
        detail = format(
            '%s is answering this ticket, until %s UTC at least. Wait, or take over.',
            (select name from public.people where id = lease.person_id),
            to_char(lease.expires_at at time zone 'UTC', 'HH24:MI:SS')
        );
end;
$$;
comment on function private.refuse_leased_reply is 'Raises PT409 that names who is replying and until when.';

create function private.lock_ticket_to_reply(ticket text) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
begin
    perform private.require_in_queue('tickets.reply', target.queue_id);
    if target.requester_id = private.caller() then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = 'This is your own request: others answer it.';
    end if;
    return target;
end;
$$;
comment on function private.lock_ticket_to_reply is
'The guard of lease commands: finds and locks a ticket that the caller may reply to as staff; PT401, PT403, PT404.';

create function api.lease_reply(ticket text, take_over boolean default false) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket_to_reply(ticket);
    me constant uuid := private.caller();
    current constant private.reply_leases := private.current_lease(target.id);
    session constant text := auth.jwt() ->> 'session_id';
begin
    if target.status_category = 'closed' then
        raise sqlstate 'PT409' using
            message = 'ticket-closed',
            detail = 'A closed ticket does not change. Open a new one.';
    end if;
    if current.person_id <> me then
        if not coalesce(take_over, false) then
            perform private.refuse_leased_reply(current);
        end if;
        perform private.record_event(
            target.id, 'TICKET_REPLY_TAKEN_OVER',
            jsonb_build_object('person_id', current.person_id),
            jsonb_build_object('person_id', me),
            true
        );
    end if;
    insert into private.reply_leases (ticket_id, person_id, session_id, expires_at)
    values (
        target.id, me, case when pg_input_is_valid(session, 'uuid') then session::uuid end,
        clock_timestamp() + (select reply_lease from private.settings)
    )
    on conflict (ticket_id) do update
    set
        person_id = excluded.person_id,
        session_id = excluded.session_id,
        expires_at = excluded.expires_at;
    return private.broadcast_lease(target.id);
end;
$$;
comment on function api.lease_reply is
'Takes or renews the reply lease of a ticket; PT409 while somebody else has it, unless take_over, which is recorded as an event. Needs tickets.reply in the queue.';

create function api.release_reply(ticket text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket_to_reply(ticket);
begin
    delete from private.reply_leases
    where ticket_id = target.id and person_id = private.caller();
    if not found then
        return private.lease_json(target.id);
    end if;
    return private.broadcast_lease(target.id);
end;
$$;
comment on function api.release_reply is
'Ends the lease of the caller, if any, and returns the current lease; leases of others stay.';

create function api.get_reply_lease(ticket text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.find_visible_ticket(ticket);
begin
    perform private.require_in_queue('tickets.reply', target.queue_id);
    return private.lease_json(target.id);
end;
$$;
comment on function api.get_reply_lease is
'Returns the current lease of a ticket; nulls when there is none. Needs tickets.reply in the queue.';

create function private.enforce_lease() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    holder constant uuid := (
        select person_id from private.reply_leases where ticket_id = new.ticket_id
    );
    current private.reply_leases;
begin
    if holder is null then
        return new;
    elsif holder = new.author_id then
        delete from private.reply_leases where ticket_id = new.ticket_id;
        perform private.broadcast_lease(new.ticket_id);
        return new;
    end if;
    current := private.current_lease(new.ticket_id);
    if current.person_id is not null and exists (
        select from public.tickets
        where id = new.ticket_id
            and requester_id <> new.author_id
            and private.holds_in_queue('tickets.reply', queue_id)
    ) then
        perform private.refuse_leased_reply(current);
    end if;
    return new;
end;
$$;
comment on function private.enforce_lease is
'Refuses a public reply of staff while somebody else has the lease; a reply ends the author''s own lease. Customers and notes are never refused.';

create trigger enforce_lease
before insert on public.comments
for each row when (new.visibility = 'public') execute function private.enforce_lease();

grant execute on function
api.lease_reply, api.release_reply, api.get_reply_lease
to authenticated;
