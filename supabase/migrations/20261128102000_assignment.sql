-- Work finds a person: somebody claims the next ticket, a strategy gives what waits, and
-- what an agent holds too long without a word goes back.

-- claim_next_ticket ----------------------------------------------------------

create function private.queues_by_first_ticket(person uuid) returns setof public.queues
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
    where queue_members.person_id = queues_by_first_ticket.person and queues.archived_at is null
    order by head.priority, head.waiting_since, head.id;
$$;
comment on function private.queues_by_first_ticket is
'The queues of a person in which something waits, by what comes first in each.';

create function private.lock_first_ticket(queue uuid) returns uuid
language sql volatile security definer set search_path = ''
as $$
    select tickets.id
    from public.tickets
    where tickets.queue_id = lock_first_ticket.queue
        and tickets.assignee_id is null and tickets.status_category in ('new', 'open')
    order by tickets.priority, tickets.waiting_since, tickets.id
    limit 1
    for update skip locked;
$$;
comment on function private.lock_first_ticket is
'Locks the first ticket of a queue that nobody works and nobody has locked; null when there is none.';

create function private.require_capacity(agent public.agents) returns void
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
comment on function private.require_capacity is 'PT409 unless an agent is available and below capacity.';

create function private.claim_ticket(me uuid, queue uuid) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    wanted uuid;
    place uuid;
    ticket public.tickets;
begin
    perform private.require_capacity(private.lock_agent(me));
    -- Looked up under the lock: whoever takes somebody out of a queue holds it too.
    for place in
        select mine.id from private.queues_by_first_ticket(me) as mine
        where claim_ticket.queue is null or mine.id = claim_ticket.queue
    loop
        wanted := private.lock_first_ticket(place);
        exit when wanted is not null;
    end loop;
    if wanted is not null then
        perform private.reassign_tickets(array[wanted], me, 'claim');
        select * into ticket from public.tickets where id = wanted;
    end if;
    return ticket;
end;
$$;
comment on function private.claim_ticket is
'Gives a person the next ticket of a queue of theirs, or of whichever has the first; null when nothing is free.';

create function api.claim_next_ticket(
    queue text default null, idempotency_key text default null
) returns setof jsonb
language plpgsql security definer rows 1 set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('tickets.take');
    wanted constant uuid := (
        select id from public.queues
        where claim_next_ticket.queue in (key, id::text) and archived_at is null
            and id in (select private.readable_queues())
    );
    answer jsonb := private.stored_response(
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
        answer := coalesce(to_jsonb(private.claim_ticket(me, wanted)), 'null');
        perform private.store_response(idempotency_key, answer);
    end if;
    if answer ->> 'id' is not null then
        return next private.ticket_json(jsonb_populate_record(null::public.tickets, answer));
    end if;
end;
$$;
comment on function api.claim_next_ticket is
'Takes what comes next in a queue (key or id), or in all the caller works: by priority, then longest waiting. Nothing when nothing is free; PT409 away or at-capacity.';

-- Giving by strategy ---------------------------------------------------------

create function private.eligible(queue uuid) returns setof public.agents
language sql stable security definer rows 10 set search_path = ''
as $$
    select agents.*
    from public.queue_members
    inner join public.agents on agents.person_id = queue_members.person_id
    where queue_members.queue_id = eligible.queue
        and agents.availability = 'available'
        and agents.load < agents.capacity
        and private.takes_tickets(agents.person_id);
$$;
comment on function private.eligible is
'Members of a queue who take tickets, are available and below capacity.';

create function private.is_suitable(
    ticket public.tickets, agent public.agents, needs_skills boolean
) returns boolean
language sql immutable set search_path = ''
as $$
    select
        (not needs_skills or ticket.skills <@ agent.skills)
        and (
            ticket.released_by is distinct from agent.person_id
            or agent.availability_since > ticket.assigned_at
        );
$$;
comment on function private.is_suitable is
'Whether an agent has the skills, and has not let go of this very ticket since they came.';

create function private.agent_order_sql(ranking jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    known constant jsonb := '{
        "last_assigned_at": "agents.last_assigned_at nulls first",
        "load": "agents.load"
    }';
    wanted text;
    composed text := '';
begin
    for wanted in select jsonb_array_elements_text(ranking) loop
        if not known ? wanted then
            raise sqlstate 'PT422' using
                message = 'unknown-ranking',
                detail = format('Agents cannot be ranked by %s.', wanted);
        end if;
        composed := composed || (known ->> wanted) || ', ';
    end loop;
    return composed || 'agents.person_id';
end;
$$;
comment on function private.agent_order_sql is
'The order of agents that a ranking means, as text from fixed pieces; PT422 for another.';

create function private.give_ticket(
    ticket public.tickets, strategy text, pick jsonb
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    needs_skills constant boolean := coalesce((pick ->> 'needs_skills')::boolean, false);
    chosen uuid;
begin
    for attempt in 1..5 loop
        execute format(
            'select agents.person_id
            from public.queue_members
            inner join public.agents on agents.person_id = queue_members.person_id
            where queue_members.queue_id = ($1).queue_id
                and agents.availability = ''available'' and agents.load < agents.capacity
                and private.is_suitable($1, agents, $2) and private.takes_tickets(agents.person_id)
            order by %s
            limit 1
            for no key update of agents skip locked',
            private.agent_order_sql(pick -> 'ranking')
        )
        into chosen using ticket, needs_skills;
        -- Under the lock: whoever takes somebody out of a queue holds it too.
        exit when chosen is not null and exists (
            select from private.eligible(ticket.queue_id) as still where still.person_id = chosen
        );
        chosen := null;
        exit when not exists (
            select from private.eligible(ticket.queue_id) as others
            where private.is_suitable(ticket, others, needs_skills)
        );
        -- All of them get or lose a ticket at this moment, which takes milliseconds.
        perform pg_sleep(0.002 * attempt);
    end loop;
    return chosen is not null and private.reassign_tickets(array[ticket.id], chosen, strategy) > 0;
end;
$$;
comment on function private.give_ticket is
'Gives a locked, free ticket to whoever a pick ranks first among the eligible; false when there is nobody, or all are busy being given something else.';

create function private.give_waiting_tickets(
    queue uuid, picks jsonb, at_most integer
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    how constant text := (
        select strategy from public.queues where id = queue and archived_at is null
    );
    pick constant jsonb := picks -> how;
    needs_skills constant boolean := coalesce((pick ->> 'needs_skills')::boolean, false);
    eligible constant public.agents [] := array(
        select agents from private.eligible(queue) as agents where pick is not null
    );
    room constant bigint := (
        select coalesce(sum(capacity - load), 0) from unnest(eligible)
    );
    ticket public.tickets;
    given integer := 0;
begin
    if room = 0 then
        return 0;
    end if;
    for ticket in
        select * from public.tickets
        where queue_id = queue
            and assignee_id is null and status_category in ('new', 'open')
            and exists (
                select from unnest(eligible) as agent
                -- Said before it is asked, because a call each is ten times as slow: 12,000
                -- tickets that suit none of 32 people are passed by in 0.1 s, not in 1 s.
                where (not needs_skills or tickets.skills <@ agent.skills)
                    and private.is_suitable(tickets, agent, needs_skills)
                -- Keeps it a filter of the walk in working order: as a join, it is sorted.
                offset 0
            )
        order by priority, waiting_since, id
        limit least(at_most, room)
        for update skip locked
    loop
        given := given + private.give_ticket(ticket, how, pick)::integer;
    end loop;
    return given;
end;
$$;
comment on function private.give_waiting_tickets is
'Gives some of what waits in a queue, in working order and by its strategy; returns how many. What suits nobody who has room holds up nothing behind it.';

create function api.assign_work(event uuid, picks jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    happened public.ticket_events;
    ticket public.tickets;
    freed uuid;
    place uuid;
begin
    if not private.begin_reaction(event, 'assign_work') then
        return false;
    end if;
    select * into happened from public.ticket_events where id = event;
    select * into ticket from public.tickets where id = happened.ticket_id;
    -- In working order: a new ticket has no right to go before what waits already.
    if ticket.assignee_id is null and ticket.status_category in ('new', 'open') then
        perform private.give_waiting_tickets(ticket.queue_id, picks, 1);
    end if;
    freed := case
        when happened.type = 'TICKET_ASSIGNED' then (happened.before ->> 'assignee_id')::uuid
        when happened.before ->> 'category' in ('new', 'open')
            and happened.after ->> 'category' not in ('new', 'open') then ticket.assignee_id
    end;
    if exists (
        select from public.agents
        where person_id = freed and availability = 'available' and load < capacity
    ) then
        for place in
            select queues.id from private.queues_by_first_ticket(freed) as queues
            where picks ? queues.strategy
        loop
            exit when private.give_waiting_tickets(place, picks, 1) > 0;
        end loop;
    end if;
    return true;
end;
$$;
comment on function api.assign_work is
'What follows from an event for who works what: a free ticket is given, and whoever got room is given more; false when it had followed before.';

create function api.queues_due_for_assignment(strategies text[]) returns setof uuid
language sql stable security definer set search_path = ''
as $$
    select queues.id
    from public.queues
    where queues.archived_at is null
        and queues.strategy = any (strategies)
        and exists (
            select from public.tickets
            where tickets.queue_id = queues.id
                and tickets.assignee_id is null and tickets.status_category in ('new', 'open')
        )
        and exists (select from private.eligible(queues.id))
    order by queues.id;
$$;
comment on function api.queues_due_for_assignment is
'The queues of these strategies in which something waits and somebody has room.';

create function api.assign_waiting_tickets(
    queue uuid, picks jsonb, at_most integer default 10
) returns integer
language sql security definer set search_path = ''
as $$
    select private.give_waiting_tickets(queue, picks, at_most);
$$;
comment on function api.assign_waiting_tickets is
'Gives some of what waits in a queue by its strategy; returns how many. For the clock alone.';

-- Releasing what is idle -----------------------------------------------------

create function private.idle_tickets(at_most integer) returns setof uuid
language sql stable security definer set search_path = ''
as $$
    select idle.id
    from public.queues
    cross join lateral (
        select held.id
        from public.tickets as held
        where held.queue_id = queues.id
            and held.assignee_id is not null
            and held.status_category in ('new', 'open')
            and held.waiting_on = 'agent'
            and greatest(held.waiting_since, held.assigned_at) <= now() - queues.released_after
            -- A comment, a note, a step: whatever the owner did on it.
            and not exists (
                select from public.ticket_events as done
                where done.ticket_id = held.id
                    and done.actor_id = held.assignee_id
                    and done.occurred_at > now() - queues.released_after
            )
        order by greatest(held.waiting_since, held.assigned_at)
        limit at_most
    ) as idle
    where queues.released_after is not null
    limit at_most;
$$;
comment on function private.idle_tickets is
'Tickets that have waited for their owners longer than their queues allow.';

create function api.release_idle_tickets(at_most integer default 100) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    work constant uuid[] := array(select private.idle_tickets(at_most));
begin
    perform private.lock_tickets_and_agents(work);
    -- Asked again, now that nobody can act on them any more.
    return private.reassign_tickets(
        array(
            select idle.id from private.idle_tickets(at_most) as idle (id)
            where idle.id = any (work)
        ),
        null
    );
end;
$$;
comment on function api.release_idle_tickets is
'Puts back some of what has waited too long for its owner; says how many. For the clock alone.';

grant execute on function api.claim_next_ticket to authenticated;
grant execute on function
api.assign_work, api.queues_due_for_assignment, api.assign_waiting_tickets,
api.release_idle_tickets
to service_role;
