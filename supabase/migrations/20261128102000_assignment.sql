-- Assignment: agents claim the next ticket, strategies assign waiting tickets, and tickets that
-- their assignee leaves idle for too long are released.
--
-- Work order, here and in the indexes: by priority, then longest waiting.

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
    where queue_members.person_id = queues_by_first_ticket.person
        and queues.archived_at is null
        and private.can_work(queues_by_first_ticket.person, queues.id)
    order by head.priority, head.waiting_since, head.id;
$$;
comment on function private.queues_by_first_ticket is
'The queues that a person belongs to and can work, with claimable tickets, ordered by the first ticket of each.';

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
'Locks the first claimable ticket of a queue that is not locked, and returns its id; null when there is none.';

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
    ticket_id uuid;
    candidate_queue uuid;
    ticket public.tickets;
begin
    perform private.require_capacity(private.lock_agent(me));
    -- Read under the lock of the agent, which removing a member from a queue takes too.
    for candidate_queue in
        select queues.id from private.queues_by_first_ticket(me) as queues
        where claim_ticket.queue is null or queues.id = claim_ticket.queue
    loop
        ticket_id := private.lock_first_ticket(candidate_queue);
        exit when ticket_id is not null;
    end loop;
    if ticket_id is not null then
        perform private.reassign_tickets(array[ticket_id], me, 'claim');
        select * into ticket from public.tickets where id = ticket_id;
    end if;
    return ticket;
end;
$$;
comment on function private.claim_ticket is
'Assigns the next ticket of a queue, or of all queues of a person, to them; null when there is none.';

create function api.claim_next_ticket(
    queue text default null, idempotency_key text default null
) returns setof jsonb
language plpgsql security definer rows 1 set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('tickets.take');
    target_id constant uuid := (
        select id from public.queues
        where id = (select private.find_queue_id(claim_next_ticket.queue)) and archived_at is null
            and id in (select private.readable_queues())
    );
    response jsonb := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'claim_next_ticket', 'queue', queue)
    );
    claimed public.tickets;
begin
    if response is null then
        if queue is not null and target_id is null then
            raise sqlstate 'PT404' using
                message = 'not-found',
                detail = 'There is no such queue, or it is not yours to see.';
        end if;
        if target_id is not null and not exists (
            select from public.queue_members where queue_id = target_id and person_id = me
        ) then
            raise sqlstate 'PT403' using
                message = 'denied',
                detail = 'You see this queue and do not work it. Ask to be made a member of it.';
        end if;
        claimed := private.claim_ticket(me, target_id);
        perform private.store_response(
            idempotency_key,
            case when claimed.id is null then 'null' else to_jsonb(claimed) - array['tag_keys', 'skill_keys'] end
        );
    end if;
    if claimed.id is not null then
        return next private.ticket_json(claimed);
    elsif response ->> 'id' is not null then
        return next private.stored_ticket(response);
    end if;
end;
$$;
comment on function api.claim_next_ticket is
'Assigns the next ticket of a queue (key or id), or of all queues of the caller, to them, and returns it; no row when there is none; PT409 when away or at-capacity.';

-- Assignment by strategy -----------------------------------------------------

create function private.eligible(queue uuid) returns setof public.agents
language sql stable security definer rows 10 set search_path = ''
as $$
    select agents.*
    from public.queue_members
    inner join public.agents on agents.person_id = queue_members.person_id
    where queue_members.queue_id = eligible.queue
        and agents.availability = 'available'
        and agents.load < agents.capacity
        and private.can_work(agents.person_id, queue_members.queue_id);
$$;
comment on function private.eligible is
'The members of a queue who can work it, are available, and are below capacity.';

create function private.is_suitable(
    ticket public.tickets, agent public.agents, needs_skills boolean
) returns boolean
language sql immutable set search_path = ''
as $$
    select
        (not needs_skills or private.tag_keys(ticket.skills) <@ agent.skill_keys)
        and (
            ticket.released_by is distinct from agent.person_id
            or agent.availability_since > ticket.assigned_at
        );
$$;
comment on function private.is_suitable is
'Whether an agent has the skills of a ticket (if needed), and was not the last to release it since they became available.';

create function private.agent_order_sql(ranking jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    columns constant jsonb := '{
        "last_assigned_at": "agents.last_assigned_at nulls first",
        "load": "agents.load"
    }';
    criterion text;
    order_by text := '';
begin
    for criterion in select jsonb_array_elements_text(ranking) loop
        if not columns ? criterion then
            raise sqlstate 'PT422' using
                message = 'unknown-ranking',
                detail = format('Agents cannot be ranked by %s.', criterion);
        end if;
        order_by := order_by || (columns ->> criterion) || ', ';
    end loop;
    return order_by || 'agents.person_id';
end;
$$;
comment on function private.agent_order_sql is
'The order by clause of a ranking of agents, composed from fixed pieces; PT422 for an unknown criterion.';

create function private.give_ticket(
    ticket public.tickets, strategy text, choice jsonb
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    needs_skills constant boolean := coalesce((choice ->> 'needs_skills')::boolean, false);
    chosen uuid;
begin
    for attempt in 1..5 loop
        execute format(
            'select agents.person_id
            from public.queue_members
            inner join public.agents on agents.person_id = queue_members.person_id
            where queue_members.queue_id = ($1).queue_id
                and agents.availability = ''available'' and agents.load < agents.capacity
                and private.is_suitable($1, agents, $2)
                and private.can_work(agents.person_id, queue_members.queue_id)
            order by %s
            limit 1
            for no key update of agents skip locked',
            private.agent_order_sql(choice -> 'ranking')
        )
        into chosen using ticket, needs_skills;
        -- Checked again under the lock, which removing a member from a queue takes too.
        exit when chosen is not null and exists (
            select from private.eligible(ticket.queue_id) as agents where agents.person_id = chosen
        );
        chosen := null;
        exit when not exists (
            select from private.eligible(ticket.queue_id) as agents
            where private.is_suitable(ticket, agents, needs_skills)
        );
        -- All suitable agents are locked by other assignments, which take milliseconds.
        perform pg_sleep(0.002 * attempt);
    end loop;
    return chosen is not null and private.reassign_tickets(array[ticket.id], chosen, strategy) > 0;
end;
$$;
comment on function private.give_ticket is
'Assigns a locked, free ticket to the suitable agent whom the strategy ranks first; false when there is none, or all stay locked.';

create function private.give_waiting_tickets(
    queue uuid, agent_choices jsonb, max_items integer
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    strategy constant text := (
        select queues.strategy from public.queues where id = queue and archived_at is null
    );
    choice constant jsonb := agent_choices -> strategy;
    needs_skills constant boolean := coalesce((choice ->> 'needs_skills')::boolean, false);
    eligible constant public.agents [] := array(
        select agents from private.eligible(queue) as agents where choice is not null
    );
    free_capacity constant bigint := (
        select coalesce(sum(capacity - load), 0) from unnest(eligible)
    );
    ticket public.tickets;
    assigned integer := 0;
begin
    if free_capacity = 0 then
        return 0;
    end if;
    for ticket in
        select * from public.tickets
        where queue_id = queue
            and assignee_id is null and status_category in ('new', 'open')
            and exists (
                select from unnest(eligible) as agent
                -- Repeats a condition of is_suitable, because calling it for each pair is ten
                -- times as slow: skipping 12,000 tickets that suit none of 32 agents takes
                -- 0.1 s instead of 1 s.
                where (not needs_skills or tickets.skills = '{}' or private.tag_keys(tickets.skills) <@ agent.skill_keys)
                    and private.is_suitable(tickets, agent, needs_skills)
                -- Keeps it a filter of the index scan in work order; as a join, it would sort.
                offset 0
            )
        order by priority, waiting_since, id
        limit least(max_items, free_capacity)
        for update skip locked
    loop
        assigned := assigned + private.give_ticket(ticket, strategy, choice)::integer;
    end loop;
    return assigned;
end;
$$;
comment on function private.give_waiting_tickets is
'Assigns waiting tickets of a queue by its strategy, in work order; returns how many. Tickets that suit no eligible agent are skipped.';

create function api.assign_work(event uuid, agent_choices jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    event_row public.ticket_events;
    ticket public.tickets;
    freed_agent uuid;
    queue uuid;
begin
    if not private.begin_reaction(event, 'assign_work') then
        return false;
    end if;
    select * into event_row from public.ticket_events where id = event;
    select * into ticket from public.tickets where id = event_row.ticket_id;
    -- The first in work order, which need not be the ticket of the event.
    if ticket.assignee_id is null and ticket.status_category in ('new', 'open') then
        perform private.give_waiting_tickets(ticket.queue_id, agent_choices, 1);
    end if;
    freed_agent := case
        when event_row.type = 'TICKET_ASSIGNED' then (event_row.before ->> 'assignee_id')::uuid
        when event_row.before ->> 'category' in ('new', 'open')
            and event_row.after ->> 'category' not in ('new', 'open') then ticket.assignee_id
    end;
    if exists (
        select from public.agents
        where person_id = freed_agent and availability = 'available' and load < capacity
    ) then
        for queue in
            select queues.id from private.queues_by_first_ticket(freed_agent) as queues
            where agent_choices ? queues.strategy
        loop
            exit when private.give_waiting_tickets(queue, agent_choices, 1) > 0;
        end loop;
    end if;
    return true;
end;
$$;
comment on function api.assign_work is
'The reaction that assigns work after an event: a free ticket, and further tickets to an agent who got free capacity; false when it was done before.';

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
'The queues with these strategies that have claimable tickets and eligible agents. For the scheduler.';

create function api.assign_waiting_tickets(
    queue uuid, agent_choices jsonb, max_items integer default 10
) returns integer
language sql security definer set search_path = ''
as $$
    select private.give_waiting_tickets(queue, agent_choices, max_items);
$$;
comment on function api.assign_waiting_tickets is
'Assigns waiting tickets of a queue by its strategy; returns how many. For the scheduler.';

-- Release of idle tickets ----------------------------------------------------

create function private.idle_tickets(max_items integer) returns setof uuid
language sql stable security definer set search_path = ''
as $$
    select idle.id
    from public.queues
    cross join lateral (
        select tickets.id
        from public.tickets
        where tickets.queue_id = queues.id
            and tickets.assignee_id is not null
            and tickets.status_category in ('new', 'open')
            and tickets.waiting_on = 'agent'
            and greatest(tickets.waiting_since, tickets.assigned_at) <= now() - queues.released_after
            -- Any activity of the assignee on the ticket counts.
            and not exists (
                select from public.ticket_events as events
                where events.ticket_id = tickets.id
                    and events.actor_id = tickets.assignee_id
                    and events.occurred_at > now() - queues.released_after
            )
        order by greatest(tickets.waiting_since, tickets.assigned_at)
        limit max_items
    ) as idle
    where queues.released_after is not null
    limit max_items;
$$;
comment on function private.idle_tickets is
'The ids of tickets that have waited for their assignees longer than released_after of their queue.';

create function api.release_idle_tickets(max_items integer default 100) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    candidates constant uuid[] := array(select private.idle_tickets(max_items));
begin
    perform private.end_work(array(
        select person_id from private.pending_releases limit max_items
    ));
    perform private.lock_tickets_and_agents(candidates);
    -- Checked again under the lock.
    return private.reassign_tickets(
        array(
            select idle.id from private.idle_tickets(max_items) as idle (id)
            where idle.id = any (candidates)
        ),
        null
    );
end;
$$;
comment on function api.release_idle_tickets is
'Releases tickets that waited too long for their assignees, and those that pending_releases is about; returns how many of the former. For the scheduler.';

grant execute on function api.claim_next_ticket to authenticated;
grant execute on function
api.assign_work, api.queues_due_for_assignment, api.assign_waiting_tickets,
api.release_idle_tickets
to service_role;
