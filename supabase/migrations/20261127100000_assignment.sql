-- Assignment: how a queue gives its tickets to people, and what a ticket keeps of it.

-- The tables come with the same release: there is nothing to rewrite, and nobody waits.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid
-- squawk-ignore-file require-concurrent-index-creation, adding-field-with-default

insert into public.permissions (permission, description) values
('queues.lead', 'Lead the queues one belongs to: who works them, and how they share work.'),
('queues.manage', 'Make, rename and archive queues, and lead every one.');
insert into public.role_permissions (role, permission) values
('lead', 'queues.lead'),
('admin', 'queues.lead'),
('admin', 'queues.manage');

create table public.assignment_strategies (
    strategy text primary key,
    name text not null,
    description text not null,
    constraint assignment_strategies_form check (strategy ~ '^[a-z][a-z0-9_]{1,39}$')
);
comment on table public.assignment_strategies is
'The ways in which a queue may give its tickets to people.';
comment on column public.assignment_strategies.strategy is 'The key.';
comment on column public.assignment_strategies.name is 'What people call it.';
comment on column public.assignment_strategies.description is 'Whom it chooses.';
insert into public.assignment_strategies (strategy, name, description) values
('manual', 'Manual', 'Nobody is given anything: people take, claim, and are assigned by leads.'),
('round_robin', 'Round robin', 'Whoever has waited longest since their last ticket.'),
('least_loaded', 'Least loaded', 'Whoever holds the fewest new and open tickets.'),
('skill_match', 'Skill match', 'The least loaded of those with every skill that the ticket takes.');

alter table public.assignment_strategies enable row level security;
grant select on public.assignment_strategies to authenticated, service_role;
create policy "signed-in people may know the strategies" on public.assignment_strategies
for select to authenticated using ((select private.caller()) is not null);

alter table public.queues
add column strategy text not null default 'manual'
references public.assignment_strategies (strategy),
add column default_priority public.ticket_priority,
add column released_after interval,
add column wait_limit interval,
add constraint queues_released_after check (
    released_after between interval '5 minutes' and interval '30 days'
),
add constraint queues_wait_limit check (
    wait_limit between interval '1 minute' and interval '366 days'
);
comment on column public.queues.strategy is 'How its tickets are given to people.';
comment on column public.queues.default_priority is
'Priority of tickets that ask for none; empty when triage decides.';
comment on column public.queues.released_after is
'How long a ticket may wait for whom it is assigned to before it goes back; empty for ever.';
comment on column public.queues.wait_limit is
'How long a ticket may wait for an agent; empty where nobody has said.';
create index queues_strategy on public.queues (strategy);

alter table public.tickets
add column skills text[] not null default '{}',
add column assigned_at timestamptz,
add column let_go_by uuid,
add constraint tickets_skills_count check (cardinality(skills) <= 20),
add constraint tickets_skills_form check (
    cardinality(skills) = 0
    or (
        array_ndims(skills) = 1
        and array_position(skills, null) is null
        and array_to_string(skills, ',') ~ '^[^\s,]{1,50}(,[^\s,]{1,50})*$'
        and cardinality(skills)
        = cardinality(string_to_array(array_to_string(skills, ','), ','))
    )
);
comment on column public.tickets.skills is 'What one has to know to work it, at most 20 words.';
comment on column public.tickets.assigned_at is 'When it last changed hands; empty while it never has.';
comment on column public.tickets.let_go_by is
'While it is free, who held it last: nobody is given back what they have just let go.';

-- A comma within a skill would make it two where skills are read as text.
alter table public.agents
add constraint agents_skills_words check (
    cardinality(skills) = cardinality(string_to_array(array_to_string(skills, ','), ','))
);

create index tickets_claimable on public.tickets (queue_id, priority, waiting_since, id)
where assignee_id is null and status_category in ('new', 'open');
comment on index public.tickets_claimable is 'What may be claimed or given, in working order.';

-- What follows from changing hands ------------------------------------------

create function private.keep_hands() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.assigned_at := now();
    new.let_go_by := case when new.assignee_id is null then old.assignee_id end;
    return new;
end;
$$;
comment on function private.keep_hands is 'Keeps when a ticket changed hands, and who let it go.';

create trigger keep_hands
before update on public.tickets
for each row when (new.assignee_id is distinct from old.assignee_id)
execute function private.keep_hands();

create function private.hand_to(work uuid[], person uuid, how text default '') returns integer
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
comment on function private.hand_to is
'Gives locked tickets to a person or to nobody; their events say how, where nobody chose by hand. Returns how many changed hands.';

create function private.say_how() returns trigger
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
comment on function private.say_how is 'Says in TICKET_ASSIGNED by which strategy, or by a claim.';

create trigger say_how
before insert on public.ticket_events
for each row when (
    new.type = 'TICKET_ASSIGNED'
    and nullif(current_setting('autocrm.assigned_by', true), '') is not null
)
execute function private.say_how();

-- What an archived queue takes ----------------------------------------------

create function private.keep_out_of_archive() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- The lock meets whoever archives the queue at this moment, and then sees that it is.
    perform from public.queues
    where id = new.queue_id and archived_at is null for key share;
    if not found then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it takes no new tickets.';
    end if;
    return new;
end;
$$;
comment on function private.keep_out_of_archive is 'An archived queue takes no tickets, whoever writes.';

create trigger keep_new_out_of_archive
before insert on public.tickets
for each row execute function private.keep_out_of_archive();

create trigger keep_out_of_archive
before update on public.tickets
for each row when (new.queue_id <> old.queue_id)
execute function private.keep_out_of_archive();

-- Who may be given work -----------------------------------------------------

create function private.takes_tickets(person uuid) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select exists(
        select
        from public.person_roles
        inner join public.role_permissions using (role)
        where
            person_roles.person_id = takes_tickets.person
            and role_permissions.permission = 'tickets.take'
    );
end;
comment on function private.takes_tickets is 'Whether a person''s roles let them hold tickets.';

create function private.call_assignment(person uuid default null) returns void
language sql security definer set search_path = ''
as $$
    select private.call_workers('UPDATE', 'agents', jsonb_build_object('person_id', person));
$$;
comment on function private.call_assignment is
'Wakes who gives out waiting work, because somebody can take more of it now.';

create function private.welcome_back() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.call_assignment(new.person_id);
    return null;
end;
$$;
comment on function private.welcome_back is 'Has waiting work given at once to whoever can take more.';

create trigger welcome_back
after update of availability, capacity, skills on public.agents
for each row when (
    new.availability = 'available'
    and new.load < new.capacity
    and (
        old.availability <> new.availability
        or new.capacity > old.capacity
        or new.skills <> old.skills
    )
)
execute function private.welcome_back();

-- What a new ticket takes from its queue, and a follow-up from what it follows ----

create or replace function private.open_ticket(draft public.tickets, body text)
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

create or replace function public.create_ticket(
    subject text,
    body text,
    type public.ticket_type default 'question',
    priority public.ticket_priority default null,
    triaged_priority public.ticket_priority default 'normal',
    queue text default null,
    tags text[] default '{}',
    data jsonb default '{}',
    idempotency_key text default null
) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('tickets.create');
    -- What triage made of the draft is not part of it: better triage must not spoil a retry.
    request constant jsonb := jsonb_build_object(
        'command', 'create_ticket', 'subject', subject, 'body', body, 'type', type,
        'priority', priority, 'queue', queue, 'tags', tags, 'data', data
    );
    answer jsonb := private.answer_given(idempotency_key, request);
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
        perform private.keep_answer(idempotency_key, answer);
    end if;
    return jsonb_populate_record(null::public.tickets, answer);
end;
$$;
comment on function public.create_ticket is
'Opens a ticket for the caller. Priority: what was asked for, else the queue''s, else what triage found.';
