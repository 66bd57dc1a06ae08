-- The only doors through which tickets change. Each command is one transaction: guard,
-- change, answer. Problems are raised as PTxxx (the HTTP status) with a slug and a sentence.

-- Guards ---------------------------------------------------------------------

create function private.lock_ticket(ref text, expected_version integer default null)
returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ticket public.tickets;
begin
    perform private.require_caller();
    select * into ticket from public.tickets
    where id = private.find_ticket_id(ref) and private.sees_ticket(id) for update;
    if ticket.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such ticket, or it is not yours to see.';
    end if;
    if expected_version <> ticket.version then
        raise sqlstate 'PT412' using
            message = 'stale',
            detail = format(
                'The ticket has changed since you read it: it is at version %s.', ticket.version
            );
    end if;
    return ticket;
end;
$$;
comment on function private.lock_ticket is
'The guard of every ticket command: finds a ticket by id or number and locks it; PT401, PT404, PT412.';

create function private.holds_in_queue(wanted text, queue uuid) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select
        private.has_permission(holds_in_queue.wanted)
        and holds_in_queue.queue in (select private.readable_queues());
end;
comment on function private.holds_in_queue is
'Whether the caller holds a permission in a queue: has it, and may read the queue.';

create function private.require_in_queue(wanted text, queue uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not private.holds_in_queue(wanted, queue) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = format('This needs the permission %s in the queue of the ticket.', wanted);
    end if;
end;
$$;
comment on function private.require_in_queue is 'PT403 unless the caller holds a permission in a queue.';

-- create_ticket --------------------------------------------------------------

create function private.open_ticket(draft public.tickets, body text)
returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ticket public.tickets;
begin
    insert into public.tickets (
        subject, type, priority, queue_id, requester_id, organization_id, tags, data,
        follow_up_of, skills
    )
    values (
        draft.subject, draft.type, draft.priority, draft.queue_id, draft.requester_id,
        (select organization_id from public.profiles where id = draft.requester_id),
        draft.tags, draft.data, draft.follow_up_of, coalesce(draft.skills, '{}')
    )
    returning * into ticket;
    insert into public.comments (ticket_id, author_id, body)
    values (ticket.id, ticket.requester_id, body);
    return ticket;
end;
$$;
comment on function private.open_ticket is 'Stores a ticket with what the requester asked.';

create function api.create_ticket(
    subject text,
    body text,
    type public.ticket_type default 'question',
    priority public.ticket_priority default null,
    triaged_priority public.ticket_priority default 'normal',
    queue text default null,
    tags text[] default '{}',
    data jsonb default '{}',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('tickets.create');
    -- What triage made of the draft is not part of it: better triage must not spoil a retry.
    request constant jsonb := jsonb_build_object(
        'command', 'create_ticket', 'subject', subject, 'body', body, 'type', type,
        'priority', priority, 'queue', queue, 'tags', tags, 'data', data
    );
    answer jsonb := private.stored_response(idempotency_key, request);
    place public.queues;
    draft public.tickets;
    ticket public.tickets;
begin
    if answer is null then
        place := private.find_queue(queue);
        draft.subject := create_ticket.subject;
        draft.type := create_ticket.type;
        draft.priority := coalesce(
            create_ticket.priority, place.default_priority, triaged_priority, 'normal'
        );
        draft.queue_id := place.id;
        draft.requester_id := me;
        draft.tags := create_ticket.tags;
        draft.data := create_ticket.data;
        ticket := private.open_ticket(draft, body);
        answer := to_jsonb(ticket);
        perform private.store_response(idempotency_key, answer);
    end if;
    return private.ticket_json(jsonb_populate_record(null::public.tickets, answer));
end;
$$;
comment on function api.create_ticket is
'Opens a ticket for the caller. Priority: what was asked for, else the queue''s, else what triage found.';

-- update_ticket --------------------------------------------------------------

create function private.merge_patch(target jsonb, patch jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select
        case
            when jsonb_typeof(patch) <> 'object' then patch
            else coalesce(
                (
                    select jsonb_object_agg(kept.key, kept.value)
                    from jsonb_each(
                        case when jsonb_typeof(target) = 'object' then target else '{}' end
                    ) as kept
                    where not patch ? kept.key
                ),
                '{}'
            ) || coalesce(
                (
                    select jsonb_object_agg(
                        given.key, private.merge_patch(target -> given.key, given.value)
                    )
                    from jsonb_each(patch) as given
                    where jsonb_typeof(given.value) <> 'null'
                ),
                '{}'
            )
        end;
$$;
comment on function private.merge_patch is
'JSON Merge Patch (RFC 7396): what is named replaces, what is null goes, objects are merged.';

create function private.require_changes(changes jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
declare
    known constant text[] := '{subject,type,priority,queue,tags,skills,data}';
begin
    if jsonb_typeof(changes) <> 'object'
    or changes = '{}'
    or changes - known <> '{}'
    or jsonb_typeof(coalesce(changes -> 'tags', '[]')) <> 'array'
    or jsonb_typeof(coalesce(changes -> 'skills', '[]')) <> 'array'
    or jsonb_typeof(coalesce(changes -> 'data', '{}')) <> 'object'
    or jsonb_path_exists(changes -> 'data', 'strict $.**{9}') then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format('Change some of: %s.', array_to_string(known, ', '));
    end if;
end;
$$;
comment on function private.require_changes is 'PT422 unless these are changes that a ticket takes.';

create function private.apply_changes(target public.tickets, changes jsonb) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ticket public.tickets := target;
begin
    if changes ? 'subject' then
        ticket.subject := changes ->> 'subject';
    end if;
    if changes ? 'type' then
        ticket.type := changes ->> 'type';
    end if;
    if changes ? 'priority' then
        ticket.priority := changes ->> 'priority';
    end if;
    if changes ? 'tags' then
        ticket.tags := array(select jsonb_array_elements_text(changes -> 'tags'));
    end if;
    if changes ? 'skills' then
        ticket.skills := array(select jsonb_array_elements_text(changes -> 'skills'));
    end if;
    if changes ? 'data' then
        ticket.data := private.merge_patch(target.data, changes -> 'data');
    end if;
    if changes ? 'queue' then
        ticket.queue_id := (private.find_queue(coalesce(changes ->> 'queue', ''))).id;
    end if;
    if ticket.queue_id <> target.queue_id
    and not private.can_work(target.assignee_id, ticket.queue_id) then
        ticket.assignee_id := null;
    end if;
    return ticket;
end;
$$;
comment on function private.apply_changes is
'A ticket as it would be after changes. Whoever cannot work the queue it moves to gives it up.';

create function api.update_ticket(
    ticket text, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.tickets := private.lock_ticket(ticket, expected_version);
    revised public.tickets;
begin
    perform private.require_in_queue('tickets.update', target.queue_id);
    perform private.require_changes(changes);
    if target.status_category = 'closed' then
        raise sqlstate 'PT409' using
            message = 'ticket-closed',
            detail = 'A closed ticket does not change. Open a new one.';
    end if;
    revised := private.apply_changes(target, changes);
    if revised.assignee_id is null and target.status_category = 'solved' then
        raise sqlstate 'PT409' using
            message = 'solved-needs-assignee',
            detail = 'A solved ticket keeps its assignee, who does not work that queue.';
    end if;
    if revised is distinct from target then
        update public.tickets
        set
            subject = revised.subject,
            type = revised.type,
            priority = revised.priority,
            queue_id = revised.queue_id,
            assignee_id = revised.assignee_id,
            tags = revised.tags,
            skills = revised.skills,
            data = revised.data
        where id = target.id
        returning * into target;
    end if;
    return private.ticket_json(target);
end;
$$;
comment on function api.update_ticket is
'Changes subject, type, priority, queue (key or id), tags and skills (replaced) and data (merged, RFC 7396), those that are named; needs tickets.update in the queue.';

-- update_ticket_status -------------------------------------------------------

create function api.update_ticket_status(
    ticket text,
    status text,
    reason text default null,
    expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.tickets := private.lock_ticket(ticket, expected_version);
    wanted public.status_category;
begin
    perform private.require_in_queue('tickets.status', target.queue_id);
    select category into wanted
    from public.ticket_statuses as statuses where statuses.status = update_ticket_status.status;
    if wanted is null then
        raise sqlstate 'PT422' using
            message = 'unknown-status',
            detail = format(
                'There is no such status. There are: %s.',
                (
                    select string_agg(statuses.status, ', ' order by statuses.position)
                    from public.ticket_statuses as statuses
                )
            );
    end if;
    if wanted = 'closed' and target.status_category <> 'closed' then
        raise sqlstate 'PT409' using
            message = 'closed-by-time',
            detail = 'Nobody closes a ticket by hand: a solved ticket closes by itself.';
    end if;
    if target.status <> update_ticket_status.status then
        update public.tickets
        set status = update_ticket_status.status, status_reason = reason
        where id = target.id
        returning * into target;
    end if;
    return private.ticket_json(target);
end;
$$;
comment on function api.update_ticket_status is
'Moves a ticket one allowed step; PT409 says which steps there are.';

-- assign_ticket and release_ticket -------------------------------------------

create function private.reassign_tickets(
    work uuid[], person uuid, how text default ''
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    moved integer;
begin
    perform set_config('autocrm.assigned_by', how, true);
    update public.tickets set assignee_id = person
    where id = any (work) and assignee_id is distinct from person;
    get diagnostics moved = row_count;
    perform set_config('autocrm.assigned_by', '', true);
    return moved;
end;
$$;
comment on function private.reassign_tickets is
'Gives locked tickets to a person or to nobody; their events say how, where nobody chose by hand. Returns how many changed hands.';

create function private.change_assignee(target public.tickets, person uuid) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    ticket public.tickets := target;
begin
    -- One's own move is to take what is free, and to hand on or put back what one holds.
    -- What is so already, as when a request comes twice, is nobody's move.
    if target.assignee_id = me
    or (target.assignee_id is null and person = me)
    or target.assignee_id is not distinct from person then
        perform private.require_in_queue('tickets.take', target.queue_id);
    else
        perform private.require_in_queue('tickets.assign', target.queue_id);
    end if;
    if target.assignee_id is not distinct from person then
        return ticket;
    end if;
    if person is not null and not private.can_work(person, target.queue_id) then
        raise sqlstate 'PT422' using
            message = 'not-eligible',
            detail = 'This person does not work the queue of the ticket.';
    end if;
    if person is null and target.status_category = 'solved' then
        raise sqlstate 'PT409' using
            message = 'solved-needs-assignee',
            detail = 'A solved ticket keeps its assignee. Reopen it first.';
    end if;
    update public.tickets set assignee_id = person where id = target.id
    returning * into ticket;
    return ticket;
end;
$$;
comment on function private.change_assignee is
'Gives a ticket to a person who may work it, or to nobody; PT403, PT409, PT422.';

create function private.note_assignment_source() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.after ->> 'assignee_id' is not null then
        new.after := new.after
        || jsonb_build_object('by', current_setting('autocrm.assigned_by', true));
    end if;
    return new;
end;
$$;
comment on function private.note_assignment_source is 'Says in TICKET_ASSIGNED by which strategy, or by a claim.';

create trigger note_assignment_source
before insert on public.ticket_events
for each row when (
    new.type = 'TICKET_ASSIGNED'
    and nullif(current_setting('autocrm.assigned_by', true), '') is not null
)
execute function private.note_assignment_source();

create function api.assign_ticket(
    ticket text, assignee text, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket, expected_version);
begin
    return private.ticket_json(private.change_assignee(
        target, case assignee when 'me' then private.caller() else assignee::uuid end
    ));
end;
$$;
comment on function api.assign_ticket is
'Gives a ticket to a person: an id, or me. Exceeding the person''s capacity is the giver''s choice.';

create function api.release_ticket(ticket text, expected_version integer default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    return private.ticket_json(
        private.change_assignee(private.lock_ticket(ticket, expected_version), null)
    );
end;
$$;
comment on function api.release_ticket is 'Puts a ticket back into its queue.';

-- close_solved_tickets -------------------------------------------------------

create view private.solved_tickets_due as
select
    id,
    solved_at
from public.tickets
where
    status_category = 'solved'
    and solved_at <= now() - (select settings.solved_closes_after from private.settings);
comment on view private.solved_tickets_due is 'Tickets that have been solved long enough to be closed.';

create function api.close_solved_tickets(at_most integer default 500) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    closed integer;
begin
    with due as (
        select tickets.id
        from private.solved_tickets_due as tickets
        order by tickets.solved_at
        limit at_most
        for update skip locked
    )

    update public.tickets
    set
        status = (
            select statuses.status from public.ticket_statuses as statuses
            where statuses.category = 'closed' order by statuses.position limit 1
        ),
        status_reason = null
    from due
    where tickets.id = due.id;
    get diagnostics closed = row_count;
    return closed;
end;
$$;
comment on function api.close_solved_tickets is
'Closes what has been solved long enough, oldest first; says how many. For the clock alone.';

grant execute on function
api.create_ticket, api.update_ticket, api.update_ticket_status, api.assign_ticket,
api.release_ticket
to authenticated;
grant execute on function api.close_solved_tickets to service_role;
