-- Changing what a ticket says of itself: subject, type, priority, queue, tags, skills, fields.

insert into public.permissions (permission, description) values
('tickets.update', 'Change what tickets say of themselves, and move them to other queues.');
insert into public.role_permissions (role, permission) values
('agent', 'tickets.update'),
('lead', 'tickets.update'),
('admin', 'tickets.update');

create or replace function private.ticket_facts(ticket public.tickets) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'subject', ticket.subject,
        'type', ticket.type,
        'priority', ticket.priority,
        'queue_id', ticket.queue_id,
        'tags', ticket.tags,
        'skills', ticket.skills,
        'data', ticket.data
    );
$$;

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

create function private.revise(target public.tickets, changes jsonb) returns public.tickets
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
comment on function private.revise is
'A ticket as it would be after changes. Whoever cannot work the queue it moves to gives it up.';

create function public.update_ticket(
    ticket text, changes jsonb, expected_version integer default null
) returns public.tickets
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
    revised := private.revise(target, changes);
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
    return target;
end;
$$;
comment on function public.update_ticket is
'Changes subject, type, priority, queue (key or id), tags and skills (replaced) and data (merged, RFC 7396), those that are named; needs tickets.update in the queue.';

grant execute on function public.update_ticket to authenticated;
