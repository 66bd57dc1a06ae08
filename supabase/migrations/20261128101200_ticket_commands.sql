-- Commands that change tickets; nothing else does. Each command is one transaction: it checks
-- and locks (guard), changes, and returns the result. Errors are raised as PTxxx (xxx is the
-- HTTP status) with a slug as message and a sentence as detail.

-- Guards ---------------------------------------------------------------------

create function private.lock_ticket(ref text, expected_version integer default null)
returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    found_id constant uuid := private.find_ticket_id(ref);
    readable constant uuid[] := array(select private.readable_queues());
    shared constant uuid[] := array(select private.shared_organizations());
    ticket public.tickets;
begin
    select * into ticket from public.tickets
    where id = found_id
        and private.may_see_ticket(
            id, queue_id, requester_id, organization_id, me, readable, shared,
            array(select private.followed_tickets(found_id))
        )
    for update;
    if ticket.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such ticket, or it is not yours to see.';
    end if;
    if expected_version is not null then
        perform private.require_version(private.shown_version(ticket), expected_version);
    end if;
    return ticket;
end;
$$;
comment on function private.lock_ticket is
'The guard of ticket commands: finds a ticket by id or number and locks it; PT401, PT404, PT412 for another version.';

create function private.holds_in_queue(permission text, queue uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
begin
    return private.person_has_permission(me, permission) and exists (
        select from private.queue_readers as readers
        where readers.person_id = me and readers.queue_id = holds_in_queue.queue
    );
end;
$$;
comment on function private.holds_in_queue is
'Whether the caller has a permission and may read the queue.';

create function private.require_in_queue(permission text, queue uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not private.holds_in_queue(permission, queue) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = format('This needs the permission %s in the queue of the ticket.', permission);
    end if;
end;
$$;
comment on function private.require_in_queue is 'PT403 unless the caller has a permission in a queue.';

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
        -- The lock meets whoever moves this person now, and then sees where they have moved.
        (
            select organization_id from public.people
            where id = draft.requester_id for key share
        ),
        draft.tags, draft.data, draft.follow_up_of, coalesce(draft.skills, '{}')
    )
    returning * into ticket;
    insert into public.comments (ticket_id, author_id, body)
    values (ticket.id, ticket.requester_id, body);
    return ticket;
end;
$$;
comment on function private.open_ticket is 'Inserts a ticket with its first comment.';

create function private.require_open_queue(
    queue public.queues, chosen public.ticket_priority
) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if (queue.open_to_customers and (queue.customers_set_priority or chosen is null))
    or private.is_staff() then
        return;
    end if;
    if not queue.open_to_customers then
        raise sqlstate 'PT422' using
            message = 'queue-closed',
            detail = 'Customers cannot open tickets in this queue. Choose another one, or none.';
    end if;
    raise sqlstate 'PT422' using
        message = 'priority-not-yours',
        detail = 'Customers do not choose the priority in this queue. Leave it out.';
end;
$$;
comment on function private.require_open_queue is
'PT422 when a customer may not open a ticket in a queue, or not with a priority of their choice.';

create function api.create_ticket(
    subject text,
    body text,
    type public.ticket_type default 'question',
    priority public.ticket_priority default null,
    queue text default null,
    tags text[] default '{}',
    data jsonb default '{}',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('tickets.create');
    request constant jsonb := jsonb_build_object(
        'command', 'create_ticket', 'subject', subject, 'body', body, 'type', type,
        'priority', priority, 'queue', queue, 'tags', tags, 'data', data
    );
    response jsonb := private.stored_response(idempotency_key, request);
    target_queue public.queues;
    draft public.tickets;
    ticket public.tickets;
begin
    if response is not null then
        return private.stored_ticket(response);
    end if;
    -- The constraints have the limits. What is far beyond them is refused before tags are
    -- compared and texts are read, which takes time with their length.
    if cardinality(tags) > 200
    or length(subject) + length(body) > 500000
    or octet_length(data::text) > 65536 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'That is far more than a ticket holds.';
    end if;
    target_queue := private.find_queue(queue);
    perform private.require_open_queue(target_queue, priority);
    draft.subject := create_ticket.subject;
    draft.type := create_ticket.type;
    draft.priority := coalesce(
        create_ticket.priority,
        target_queue.default_priority,
        private.triaged_priority(type, data, array[subject, body]),
        'normal'
    );
    draft.queue_id := target_queue.id;
    draft.requester_id := me;
    draft.tags := private.distinct_tags(create_ticket.tags);
    draft.data := create_ticket.data;
    perform private.require_settable(data, target_queue.id in (select private.note_queues()));
    ticket := private.open_ticket(draft, body);
    -- Without the keys of its tags: a redaction would not know them by their other spelling.
    perform private.store_response(
        idempotency_key, to_jsonb(ticket) - array['tag_keys', 'skill_keys']
    );
    return private.ticket_json(ticket);
end;
$$;
comment on function api.create_ticket is
'Opens a ticket for the caller. Its priority is the given one, else the default of the queue, else what triage finds. Customers need a queue that is open to them, and choose a priority only where its customers_set_priority says so.';

-- update_ticket --------------------------------------------------------------

create function private.merge_patch(target jsonb, patch jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select
        case
            when jsonb_typeof(patch) <> 'object' then patch
            else coalesce(
                (
                    select jsonb_object_agg(field.key, field.value)
                    from jsonb_each(
                        case when jsonb_typeof(target) = 'object' then target else '{}' end
                    ) as field
                    where not patch ? field.key
                ),
                '{}'
            ) || coalesce(
                (
                    -- Only objects are merged; a call for each value takes time with their number.
                    select jsonb_object_agg(
                        field.key,
                        case
                            when jsonb_typeof(field.value) = 'object'
                                then private.merge_patch(target -> field.key, field.value)
                            else field.value
                        end
                    )
                    from jsonb_each(patch) as field
                    where jsonb_typeof(field.value) <> 'null'
                ),
                '{}'
            )
        end;
$$;
comment on function private.merge_patch is
'JSON Merge Patch (RFC 7396): given values replace, nulls remove, objects are merged.';

create function private.require_changes(changes jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    -- The constraints have the limits; reading far more takes time with its length.
    if octet_length(changes::text) > 65536 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'That is far more than a ticket holds.';
    end if;
    perform private.require_fields(changes, '{
        "subject": "string", "type": "string", "priority": "string", "queue": "string",
        "tags": "strings", "skills": "strings", "data": "object"
    }');
    if changes = '{}' or jsonb_path_exists(changes -> 'data', 'strict $.**{9}') then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Change something; nest it 8 levels deep at most.';
    end if;
    if jsonb_array_length(coalesce(changes -> 'tags', '[]')) > 200
    or jsonb_array_length(coalesce(changes -> 'skills', '[]')) > 200 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'That is far more than a ticket holds.';
    end if;
end;
$$;
comment on function private.require_changes is 'PT422 unless these are valid changes of a ticket.';

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
        ticket.tags := private.distinct_tags(
            array(select jsonb_array_elements_text(changes -> 'tags')), target.tags
        );
    end if;
    if changes ? 'skills' then
        ticket.skills := private.distinct_tags(
            array(select jsonb_array_elements_text(changes -> 'skills')), target.skills
        );
    end if;
    if changes ? 'data' then
        ticket.data := private.merge_patch(target.data, changes -> 'data');
    end if;
    if changes ? 'queue' then
        ticket.queue_id := (private.find_queue(changes ->> 'queue')).id;
    end if;
    if ticket.queue_id <> target.queue_id
    and not private.can_work(target.assignee_id, ticket.queue_id) then
        ticket.assignee_id := null;
    end if;
    return ticket;
end;
$$;
comment on function private.apply_changes is
'Returns a ticket with changes applied. An assignee who cannot work its new queue is removed.';

create function api.update_ticket(
    ticket text, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.tickets := private.lock_ticket(ticket, expected_version);
    changed public.tickets;
    violated text;
begin
    perform private.require_in_queue('tickets.update', target.queue_id);
    perform private.require_changes(changes);
    if target.status_category = 'closed' then
        raise sqlstate 'PT409' using
            message = 'ticket-closed',
            detail = 'A closed ticket does not change. Open a new one.';
    end if;
    perform private.require_settable(
        changes -> 'data', target.queue_id in (select private.note_queues())
    );
    changed := private.apply_changes(target, changes);
    if changed.assignee_id is null and target.status_category = 'solved' then
        raise sqlstate 'PT409' using
            message = 'solved-needs-assignee',
            detail = 'A solved ticket keeps its assignee, who does not work that queue.';
    end if;
    if changed is distinct from target then
        begin
            update public.tickets
            set
                subject = changed.subject,
                type = changed.type,
                priority = changed.priority,
                queue_id = changed.queue_id,
                assignee_id = changed.assignee_id,
                tags = changed.tags,
                skills = changed.skills,
                data = changed.data
            where id = target.id
            returning * into target;
        exception
            when integrity_constraint_violation then
                -- Without the detail, which shows the whole row to whoever may not see all of it.
                get stacked diagnostics violated = constraint_name;
                raise exception using
                    errcode = sqlstate, message = sqlerrm, constraint = violated;
        end;
    end if;
    return private.ticket_json(target);
end;
$$;
comment on function api.update_ticket is
'Changes the given fields of a ticket: subject, type, priority, queue (key or id), tags and skills (replaced), data (merged, RFC 7396); needs tickets.update in the queue.';

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
    violated text;
begin
    perform private.require_in_queue('tickets.status', target.queue_id);
    if status is null then
        raise sqlstate 'PT422' using message = 'invalid', detail = 'Name a status.';
    end if;
    -- A ticket keeps a status that has been switched off, and may get another reason for it.
    if target.status <> update_ticket_status.status then
        if private.require_status(status) = 'closed' and target.status_category <> 'closed' then
            raise sqlstate 'PT409' using
                message = 'closed-by-time',
                detail = 'Nobody closes a ticket by hand: a solved ticket closes by itself.';
        end if;
    end if;
    -- The same status again without a reason keeps the reason that it has.
    if target.status <> update_ticket_status.status
    or (reason is not null and target.status_reason is distinct from reason) then
        begin
            update public.tickets
            set status = update_ticket_status.status, status_reason = reason
            where id = target.id
            returning * into target;
        exception
            when integrity_constraint_violation then
                -- Without the detail, which shows the whole row to whoever may not see all of it.
                get stacked diagnostics violated = constraint_name;
                raise exception using
                    errcode = sqlstate, message = sqlerrm, constraint = violated;
        end;
    end if;
    return private.ticket_json(target);
end;
$$;
comment on function api.update_ticket_status is
'Changes the status of a ticket by an allowed transition, or the reason for its status; PT409 names the allowed ones.';

-- assign_ticket and release_ticket -------------------------------------------

create function private.reassign_tickets(
    ticket_ids uuid[], person uuid, source text default ''
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    reassigned integer;
begin
    perform set_config('autocrm.assigned_by', source, true);
    update public.tickets set assignee_id = person
    where id = any (ticket_ids) and assignee_id is distinct from person;
    get diagnostics reassigned = row_count;
    perform set_config('autocrm.assigned_by', '', true);
    return reassigned;
end;
$$;
comment on function private.reassign_tickets is
'Assigns locked tickets to a person, or releases them for null. Their events name the source of an automatic assignment. Returns how many were changed.';

create function private.require_assignment(target public.tickets, person uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
begin
    -- tickets.take is enough to take a free ticket, to hand on or release one's own, and for a
    -- request that changes nothing, such as a repeated one.
    if target.assignee_id = me
    or (target.assignee_id is null and person = me)
    or target.assignee_id is not distinct from person then
        perform private.require_in_queue('tickets.take', target.queue_id);
    elsif person = me and target.status_category <> 'closed'
    and private.holds_in_queue('tickets.take', target.queue_id)
    and not private.has_permission('tickets.assign') then
        raise sqlstate 'PT409' using
            message = 'already-taken',
            detail = format(
                '%s has taken this ticket already.',
                (select name from public.people where id = target.assignee_id)
            );
    else
        perform private.require_in_queue('tickets.assign', target.queue_id);
    end if;
end;
$$;
comment on function private.require_assignment is
'PT403 unless the caller may assign a ticket to a person, or release it for null; PT409 when it would be theirs to take, and somebody else has.';

create function private.change_assignee(target public.tickets, person uuid) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ticket public.tickets := target;
begin
    perform private.require_assignment(target, person);
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
'Assigns a ticket to a person who may work it, or releases it for null; PT403, PT409, PT422.';

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
'Assigns a ticket to a person: an id, or me; a new one becomes open. The capacity of the person is not enforced.';

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
comment on function api.release_ticket is 'Removes the assignee of a ticket.';

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

create function api.close_solved_tickets(max_items integer default 500) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    closed integer;
begin
    with due as (
        select tickets.id
        from private.solved_tickets_due as tickets
        order by tickets.solved_at
        limit max_items
        for update skip locked
    )

    update public.tickets
    set
        status = private.default_status('closed'),
        status_reason = null
    from due
    where tickets.id = due.id;
    get diagnostics closed = row_count;
    return closed;
end;
$$;
comment on function api.close_solved_tickets is
'Closes tickets that were solved long enough ago, oldest first; returns how many. For the scheduler.';

grant execute on function
api.create_ticket, api.update_ticket, api.update_ticket_status, api.assign_ticket,
api.release_ticket
to authenticated;
grant execute on function api.close_solved_tickets to service_role;
