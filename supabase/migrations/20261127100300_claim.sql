-- Pull: whoever is free claims what comes next. The agent's row is locked first, so nobody
-- gets two tickets into one place; tickets are then taken past those that are locked, so
-- nobody waits, and nobody gets what another has.

create function private.queues_by_head(person uuid) returns setof public.queues
language sql stable security definer rows 10 set search_path = ''
as $$
    select queues.*
    from public.queue_members
    inner join public.queues on queues.id = queue_members.queue_id
    cross join lateral (
        select tickets.priority, tickets.waiting_since, tickets.id
        from public.tickets
        where tickets.queue_id = queues.id
            and tickets.assignee_id is null and tickets.status_category in ('new', 'open')
        order by tickets.priority, tickets.waiting_since, tickets.id
        limit 1
    ) as head
    where queue_members.person_id = queues_by_head.person and queues.archived_at is null
    order by head.priority, head.waiting_since, head.id;
$$;
comment on function private.queues_by_head is
'The queues of a person in which something waits, by what comes first in each.';

create function private.take_head(queue uuid) returns uuid
language sql volatile security definer set search_path = ''
as $$
    select tickets.id
    from public.tickets
    where tickets.queue_id = take_head.queue
        and tickets.assignee_id is null and tickets.status_category in ('new', 'open')
    order by tickets.priority, tickets.waiting_since, tickets.id
    limit 1
    for update skip locked;
$$;
comment on function private.take_head is
'Locks the first ticket of a queue that nobody works and nobody has locked; null when there is none.';

create function private.require_room(agent public.agents) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if agent.availability <> 'available' then
        raise sqlstate 'PT409' using
            message = 'away',
            detail = 'You are away, so nothing is given to you. Say that you are available first.';
    end if;
    if agent.load >= agent.capacity then
        raise sqlstate 'PT409' using
            message = 'at-capacity',
            detail = format(
                'You hold %s new and open tickets, and your capacity is %s. Move one on first.',
                agent.load, agent.capacity
            );
    end if;
end;
$$;
comment on function private.require_room is 'PT409 unless an agent is available and below capacity.';

create function private.claim_one(me uuid, queue uuid) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    wanted uuid;
    place uuid;
    ticket public.tickets;
begin
    perform private.require_room(private.lock_agent(me));
    -- Looked up under the lock: whoever takes somebody out of a queue holds it too.
    for place in
        select mine.id from private.queues_by_head(me) as mine
        where claim_one.queue is null or mine.id = claim_one.queue
    loop
        wanted := private.take_head(place);
        exit when wanted is not null;
    end loop;
    if wanted is not null then
        perform private.hand_to(array[wanted], me, 'claim');
        select * into ticket from public.tickets where id = wanted;
    end if;
    return ticket;
end;
$$;
comment on function private.claim_one is
'Gives a person the next ticket of a queue of theirs, or of whichever has the first; null when nothing is free.';

create function public.claim_next_ticket(
    queue text default null, idempotency_key text default null
) returns setof public.tickets
language plpgsql security definer rows 1 set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('tickets.take');
    wanted constant uuid := (
        select id from public.queues
        where claim_next_ticket.queue in (key, id::text) and archived_at is null
            and id in (select private.readable_queues())
    );
    answer jsonb := private.answer_given(
        idempotency_key, jsonb_build_object('command', 'claim_next_ticket', 'queue', queue)
    );
begin
    if answer is null then
        if queue is not null and wanted is null then
            raise sqlstate 'PT404' using
                message = 'not-found',
                detail = 'There is no such queue, or it is not yours to see.';
        end if;
        if wanted is not null and not exists (
            select from public.queue_members where queue_id = wanted and person_id = me
        ) then
            raise sqlstate 'PT403' using
                message = 'denied',
                detail = 'You see this queue and do not work it. Ask to be made a member of it.';
        end if;
        answer := coalesce(to_jsonb(private.claim_one(me, wanted)), 'null');
        perform private.keep_answer(idempotency_key, answer);
    end if;
    if answer ->> 'id' is not null then
        return next jsonb_populate_record(null::public.tickets, answer);
    end if;
end;
$$;
comment on function public.claim_next_ticket is
'Takes what comes next in a queue (key or id), or in all the caller works: by priority, then longest waiting. Nothing when nothing is free; PT409 away or at-capacity.';
grant execute on function public.claim_next_ticket to authenticated;
