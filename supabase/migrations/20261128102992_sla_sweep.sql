-- The sweep: what time alone brings about. A warning is given once, a breach is recorded once and
-- never taken back, and steps of escalation are taken once each, however many sweeps run, overlap
-- or are missed: the row of the run says what has been done, in the transaction that does it.

create function private.is_current(known private.sla_tickets, terms bigint) returns boolean
language sql stable security definer set search_path = ''
as $$
    select known.terms_id = terms and not exists (
        select from public.ticket_events as events
        where events.ticket_id = known.ticket_id and events.seq > known.seq
            and private.bears_on_sla(events)
    );
$$;
comment on function private.is_current is
'Whether the saved due times of a ticket take its last event and the current terms into account.';

create function private.lock_due_tickets(max_items integer) returns uuid[]
language plpgsql security definer set search_path = ''
as $$
declare
    at constant timestamptz := private.now();
    found uuid[];
begin
    -- Nobody waits: another sweep has these, or a command, and the next sweep comes in a minute.
    select array_agg(locked.ticket_id) into found from (
        select known.ticket_id from private.sla_tickets as known
        where known.ticket_id = any (array(
            select runs.ticket_id from private.sla_runs as runs
            where runs.sweep_at < at
            order by runs.sweep_at limit max_items
        ))
        order by known.ticket_id
        for update skip locked
    ) as locked;
    return array(
        select tickets.id from public.tickets
        where tickets.id = any (found)
        order by tickets.id
        for update skip locked
    );
end;
$$;
comment on function private.lock_due_tickets is
'Locks tickets about which a sweep has something to do, those that are free, and returns their ids.';

create function private.sla_facts(run private.sla_runs) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return jsonb_build_object(
        'metric', run.metric, 'run', run.run,
        'due_at', coalesce(run.due_at, run.breached_at),
        'policy_id', run.policy_id,
        'policy_name', (
            select policies.name from private.sla_policies as policies
            where policies.id = run.policy_id
        )
    );
end;
$$;
comment on function private.sla_facts is 'What events say of a run: its metric, when it is due, and by which policy.';

create function private.record_breaches(held uuid[]) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    at constant timestamptz := private.now();
    late uuid[];
    facts jsonb[];
begin
    with recorded as (
        update private.sla_runs as known
        set
            state = 'breached', recorded_at = at,
            breached_at = coalesce(known.breached_at, known.due_at)
        where known.ticket_id = any (held) and known.recorded_at is null
            and coalesce(known.breached_at, known.due_at) < at
        returning
            known.ticket_id, known.breached_at, known.metric,
            private.sla_facts(known) || jsonb_build_object('breached_at', known.breached_at) as facts
    ),

    marked as (
        update private.sla_tickets as known set breached = true
        from recorded where recorded.ticket_id = known.ticket_id and not known.breached
    )

    select
        array_agg(recorded.ticket_id order by recorded.breached_at, recorded.ticket_id, recorded.metric),
        array_agg(recorded.facts order by recorded.breached_at, recorded.ticket_id, recorded.metric)
    into late, facts
    from recorded;
    perform private.record_events(late, 'TICKET_SLA_BREACHED', null, facts, true);
    return coalesce(cardinality(late), 0);
end;
$$;
comment on function private.record_breaches is
'Records what is overdue of locked tickets, each breach once, with its event; returns how many.';

create function private.give_warnings(held uuid[]) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    at constant timestamptz := private.now();
    soon uuid[];
    facts jsonb[];
begin
    with warned as (
        update private.sla_runs as known
        set warned_at = at
        where known.ticket_id = any (held) and known.warned_at is null
            -- Whoever is told of a breach needs no warning of it.
            and known.recorded_at is null and known.breached_at is null
            and known.met_at is null and known.stopped_at is null
            and known.warn_at < at
        returning known.ticket_id, known.due_at, known.metric, private.sla_facts(known) as facts
    )

    select
        array_agg(warned.ticket_id order by warned.due_at, warned.ticket_id, warned.metric),
        array_agg(warned.facts order by warned.due_at, warned.ticket_id, warned.metric)
    into soon, facts
    from warned;
    perform private.record_events(soon, 'TICKET_SLA_WARNED', null, facts, true);
    return coalesce(cardinality(soon), 0);
end;
$$;
comment on function private.give_warnings is
'Warns of what of locked tickets is due soon, once each, with its event; returns how many.';

-- Escalation -----------------------------------------------------------------

create function private.leads_of(ticket public.tickets) returns setof uuid
language sql stable security definer rows 3 set search_path = ''
as $$
    select agents.person_id
    from public.queue_members
    inner join public.agents on agents.person_id = queue_members.person_id
    where queue_members.queue_id = ticket.queue_id
        and agents.availability = 'available'
        and exists (
            select from public.person_roles
            inner join public.role_permissions using (role)
            where person_roles.person_id = agents.person_id
                and role_permissions.permission = 'queues.lead'
        )
        and private.can_work(agents.person_id, ticket.queue_id)
    order by agents.last_assigned_at nulls first, agents.person_id;
$$;
comment on function private.leads_of is
'Who leads the queue of a ticket, is available and can work it, longest without an assignment first.';

create function private.people_to_notify(ticket public.tickets, step jsonb) returns uuid[]
language sql stable security definer set search_path = ''
as $$
    select coalesce(array_agg(distinct person.id), '{}')
    from (
        select named::uuid as id from jsonb_array_elements_text(step -> 'notify_people') as named
        union
        select person_roles.person_id
        from public.person_roles
        inner join public.queue_members
            on queue_members.person_id = person_roles.person_id
            and queue_members.queue_id = ticket.queue_id
        where step -> 'notify_roles' ? person_roles.role
    ) as person;
$$;
comment on function private.people_to_notify is
'Whom a step of escalation notifies: people, and those of the queue of the ticket who have a role.';

create function private.escalate(run private.sla_runs, step jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    raised_to constant public.ticket_priority := step ->> 'raise_to';
    ticket public.tickets;
    lead uuid;
begin
    select * into ticket from public.tickets where id = run.ticket_id;
    if ticket.priority > raised_to then
        update public.tickets set priority = raised_to where id = ticket.id;
    end if;
    if step -> 'assign_to_lead' = 'true' and ticket.status_category not in ('solved', 'closed')
    and ticket.assignee_id not in (select private.leads_of(ticket)) is not false then
        select leads.id into lead from private.leads_of(ticket) as leads (id) limit 1;
        if lead is not null then
            perform private.lock_tickets_and_agents(array[ticket.id], array[lead]);
            perform private.reassign_tickets(array[ticket.id], lead, 'escalation');
        end if;
    end if;
    perform private.record_event(
        ticket.id, 'TICKET_SLA_ESCALATED', null,
        private.sla_facts(run) || jsonb_build_object(
            'on', step -> 'on', 'after', coalesce(step -> 'after', '0'),
            'raised_to', case when ticket.priority > raised_to then raised_to end,
            'assignee_id', lead, 'people', private.people_to_notify(ticket, step)
        ),
        true
    );
end;
$$;
comment on function private.escalate is
'Takes a step of escalation: raises the priority, gives the ticket to a lead, and writes the event that notifies people.';

create function private.escalate_due(held uuid[]) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    moment constant timestamptz := private.now();
    target private.sla_runs;
    step jsonb;
    taken integer := 0;
begin
    for target in
        select * from private.sla_runs as known
        where known.ticket_id = any (held)
            and known.met_at is null and known.stopped_at is null and known.state <> 'paused'
            and (known.warned_at is not null or known.recorded_at is not null)
            and known.policy_id in (
                select policies.id from private.sla_policies as policies
                where policies.escalation <> '[]'
            )
        order by known.ticket_id, known.metric, known.run
    loop
        for step in
            select steps.step from private.escalation_steps(target) as steps
            where steps.at <= moment
                and steps.at > coalesce(target.escalated_at, '-infinity')
            order by steps.at
        loop
            perform private.escalate(target, step);
            taken := taken + 1;
        end loop;
        update private.sla_runs as known set escalated_at = moment
        where (known.ticket_id, known.metric, known.run)
            = (target.ticket_id, target.metric, target.run);
    end loop;
    return taken;
end;
$$;
comment on function private.escalate_due is
'Takes the steps of escalation that are due for locked tickets, each once; returns how many.';

create function api.sweep_due_times(max_items integer default 500) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    at constant timestamptz := private.now();
    terms constant bigint := private.current_terms();
    locked constant uuid[] := private.lock_due_tickets(max_items);
    held constant uuid[] := array(
        select known.ticket_id from private.sla_tickets as known
        where known.ticket_id = any (locked) and private.is_current(known, terms)
        order by known.ticket_id
    );
    outdated constant uuid[] := array(
        select unnest(locked) except select unnest(held)
    );
    breached integer;
    warned integer;
    escalated integer;
begin
    breached := private.record_breaches(held);
    warned := private.give_warnings(held);
    escalated := private.escalate_due(held);
    -- Whoever sweeps computes these anew, which puts them back where they belong.
    update private.sla_runs as known
    set sweep_at = at + interval '1 minute'
    where known.ticket_id = any (outdated) and known.sweep_at < at;
    update private.sla_runs as known
    set sweep_at = private.next_sweep(known)
    where known.ticket_id = any (held) and known.sweep_at < at;
    return jsonb_build_object(
        'swept', cardinality(locked), 'breached', breached, 'warned', warned,
        'escalated', escalated, 'outdated', outdated
    );
end;
$$;
comment on function api.sweep_due_times is
'Warns, records breaches and escalates for so many runs whose time has come, earliest first; returns how many tickets it took and, as outdated, those whose due times must be computed anew first. For workers.';

grant execute on function api.sweep_due_times to service_role;
