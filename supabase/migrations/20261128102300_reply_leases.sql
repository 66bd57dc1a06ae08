-- Reply leases: for a few minutes one agent alone may reply to a ticket, so that two do not reply
-- at once. A lease expires by itself; taking over the lease of another agent is explicit and
-- recorded as an event.

create table private.reply_leases (
    ticket_id uuid primary key references public.tickets (id) on delete cascade,
    person_id uuid not null references public.profiles (id) on delete cascade,
    expires_at timestamptz not null
);
comment on table private.reply_leases is
'Who is replying to a ticket. Expired leases have no effect and are replaced by the next one.';
comment on column private.reply_leases.ticket_id is 'The ticket.';
comment on column private.reply_leases.person_id is 'Who is replying.';
comment on column private.reply_leases.expires_at is 'When it expires, unless it is renewed.';
create index reply_leases_person on private.reply_leases (person_id);

create function private.current_lease(ticket uuid) returns private.reply_leases
language sql volatile security definer set search_path = ''
as $$
    select * from private.reply_leases
    where ticket_id = current_lease.ticket and expires_at > clock_timestamp();
$$;
comment on function private.current_lease is 'The unexpired lease of a ticket, or nulls.';

create function private.lease_json(ticket uuid) returns jsonb
language sql volatile security definer set search_path = ''
as $$
    select jsonb_build_object(
        'ticket_id', lease_json.ticket,
        'person_id', lease.person_id,
        'person_name', (select name from public.profiles where id = lease.person_id),
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
            (select name from public.profiles where id = lease.person_id),
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
    insert into private.reply_leases (ticket_id, person_id, expires_at)
    values (
        target.id, me, clock_timestamp() + (select reply_lease from private.settings)
    )
    on conflict (ticket_id) do update
    set person_id = excluded.person_id, expires_at = excluded.expires_at;
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
    current private.reply_leases;
begin
    select * into current from private.reply_leases where ticket_id = new.ticket_id;
    if current.person_id = new.author_id then
        delete from private.reply_leases where ticket_id = new.ticket_id;
        perform private.broadcast_lease(new.ticket_id);
    elsif current.expires_at > clock_timestamp() and exists (
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
