-- Queues, their members, and how each queue assigns its tickets.

create table public.assignment_strategies (
    strategy text primary key,
    name text not null,
    description text not null,
    constraint assignment_strategies_form check (strategy ~ '^[a-z][a-z0-9_]{1,39}$')
);
comment on table public.assignment_strategies is
'The strategies by which a queue may assign its tickets.';
comment on column public.assignment_strategies.strategy is 'The key.';
comment on column public.assignment_strategies.name is 'Display name.';
comment on column public.assignment_strategies.description is 'How it chooses an agent.';

insert into public.assignment_strategies (strategy, name, description) values
('manual', 'Manual', 'No automatic assignment: agents claim tickets, and leads assign them.'),
('round_robin', 'Round robin', 'The agent whose last assignment is longest ago.'),
('least_loaded', 'Least loaded', 'The agent with the fewest new and open tickets.'),
('skill_match', 'Skill match', 'The least loaded agent with all skills of the ticket.');

create table public.queues (
    id uuid primary key default extensions.uuid_generate_v4(),
    key text not null unique,
    name text not null,
    is_default boolean not null default false,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    strategy text not null default 'manual' references public.assignment_strategies (strategy),
    default_priority public.ticket_priority,
    released_after interval,
    remind_after interval,
    close_after interval,
    description text not null default '',
    open_to_customers boolean not null default true,
    customers_set_priority boolean not null default true,
    version integer not null default 1,
    constraint queues_key_form check (key ~ '^[a-z][a-z0-9-]{1,39}$'),
    -- A key is no id, so that no queue answers for another one.
    constraint queues_key_is_no_id check (private.as_uuid(key) is null),
    constraint queues_name_length check (length(name) between 1 and 80),
    constraint queues_name_form check (private.is_single_line(name)),
    constraint queues_released_after check (
        released_after between interval '5 minutes' and interval '30 days'
    ),
    constraint queues_remind_after check (
        remind_after between interval '1 hour' and interval '366 days'
    ),
    -- Later than the reminder, so that there is time to reply to it.
    constraint queues_close_after check (
        close_after between interval '1 hour' and interval '366 days'
        and (remind_after is null or close_after > remind_after)
    ),
    constraint queues_description_length check (length(description) <= 500),
    constraint queues_description_form check (
        description = '' or private.is_single_line(description)
    ),
    constraint queues_default_is_live check (not is_default or archived_at is null),
    constraint queues_default_is_open check (not is_default or open_to_customers)
);
comment on table public.queues is 'Queues of tickets.';
comment on column public.queues.id is 'Identity.';
comment on column public.queues.key is 'Short name for URLs, such as billing.';
comment on column public.queues.name is 'Display name.';
comment on column public.queues.is_default is 'Whether tickets without a queue are put into this one.';
comment on column public.queues.archived_at is 'When it was archived; an archived queue takes no new tickets.';
comment on column public.queues.created_at is 'When it was created.';
comment on column public.queues.strategy is 'How its tickets are assigned.';
comment on column public.queues.default_priority is
'Priority of tickets that name none; null when triage decides.';
comment on column public.queues.released_after is
'How long a ticket may wait for its assignee before it is released; null for never.';
comment on column public.queues.remind_after is
'How long the customer of a pending ticket may be silent before they are reminded; null for never.';
comment on column public.queues.close_after is
'How long the customer of a pending ticket may be silent before it is solved; null for never.';
comment on column public.queues.description is 'What it is for, in a sentence for customers; may be empty.';
comment on column public.queues.open_to_customers is
'Whether customers may open tickets in it; staff may in any queue.';
comment on column public.queues.customers_set_priority is
'Whether customers may choose the priority of a new ticket; else its default or triage decides.';
comment on column public.queues.version is 'Incremented with every change; its ETag.';
create unique index queues_one_default on public.queues (is_default) where is_default;
comment on index public.queues_one_default is 'At most one default queue.';
create index queues_strategy on public.queues (strategy);

create table public.queue_members (
    queue_id uuid not null references public.queues (id) on delete cascade,
    person_id uuid not null references public.people (id) on delete cascade,
    joined_at timestamptz not null default now(),
    primary key (queue_id, person_id)
);
comment on table public.queue_members is 'The members of queues.';
comment on column public.queue_members.queue_id is 'The queue.';
comment on column public.queue_members.person_id is 'The member.';
comment on column public.queue_members.joined_at is 'When they became a member.';
create index queue_members_person on public.queue_members (person_id);

create trigger increment_version
before update on public.queues
for each row when (old.* is distinct from new.*)
execute function private.increment_version();

insert into public.queues (key, name, is_default) values ('support', 'Support', true);

-- Access ---------------------------------------------------------------------

-- Of any person: whom a message goes to is decided for each of them when it is sent.
create view private.queue_readers as
select
    people.id as person_id,
    queues.id as queue_id
from public.people
cross join public.queues
where
    exists (
        select
        from private.held_permissions as held
        where held.person_id = people.id and held.permission = 'tickets.read_all'
    )
union all
select
    queue_members.person_id,
    queue_members.queue_id
from public.queue_members
where
    exists (
        select
        from private.held_permissions as held
        where held.person_id = queue_members.person_id and held.permission = 'tickets.read'
    )
    and not exists (
        select
        from private.held_permissions as held
        where held.person_id = queue_members.person_id and held.permission = 'tickets.read_all'
    );
comment on view private.queue_readers is 'Who may read the tickets of which queue.';

create view private.note_readers as
select
    readers.person_id,
    readers.queue_id
from private.queue_readers as readers
where exists (
    select
    from private.held_permissions as held
    where held.person_id = readers.person_id and held.permission = 'tickets.note'
);
comment on view private.note_readers is
'Who may read the internal notes of which queue; they may read its tickets, too.';

create function private.readable_queues_of(person uuid) returns setof uuid
language plpgsql stable security definer rows 10 set search_path = ''
as $$
begin
    return query
    select readers.queue_id from private.queue_readers as readers
    where readers.person_id = person;
end;
$$;
comment on function private.readable_queues_of is
'The ids of the queues whose tickets a person may read.';

create function private.note_queues_of(person uuid) returns setof uuid
language plpgsql stable security definer rows 10 set search_path = ''
as $$
begin
    return query
    select readers.queue_id from private.note_readers as readers
    where readers.person_id = person;
end;
$$;
comment on function private.note_queues_of is
'The ids of the queues whose internal notes a person may read.';

create function private.can_read_notes(person uuid, queue uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from private.note_readers as readers
        where readers.person_id = person and readers.queue_id = queue
    );
end;
$$;
comment on function private.can_read_notes is
'Whether a person may read the internal notes of a queue.';

create function private.readable_queues() returns setof uuid
language plpgsql stable security definer rows 10 set search_path = ''
as $$
begin
    return query select private.readable_queues_of(private.caller());
end;
$$;
comment on function private.readable_queues is 'The ids of the queues whose tickets the caller may read.';

create function private.note_queues() returns setof uuid
language plpgsql stable security definer rows 10 set search_path = ''
as $$
begin
    return query select private.note_queues_of(private.caller());
end;
$$;
comment on function private.note_queues is 'The ids of the queues whose internal notes the caller may read.';

create function private.can_work(person uuid, queue uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select private.can_sign_in(person)
            and coalesce(bool_or(permission = 'tickets.take'), false)
            and (
                bool_or(permission = 'tickets.read_all')
                or bool_or(permission = 'tickets.read') and exists (
                    select from public.queue_members
                    where queue_id = queue and queue_members.person_id = person
                )
            )
        from public.person_roles
        inner join public.role_permissions using (role)
        where person_roles.person_id = person
            and permission in ('tickets.take', 'tickets.read', 'tickets.read_all')
    );
end;
$$;
comment on function private.can_work is
'Whether a person may be assigned tickets of a queue: can sign in, has tickets.take, and may read it: has tickets.read_all, or tickets.read and is a member.';

create function private.works_tickets(person uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(
            bool_or(permission = 'tickets.take')
            and bool_or(permission in ('tickets.read', 'tickets.read_all')),
            false
        )
        from public.person_roles
        inner join public.role_permissions using (role)
        where person_roles.person_id = person
    );
end;
$$;
comment on function private.works_tickets is
'Whether the roles of a person let them work tickets as a member of a queue: to take and to read them.';

create function private.find_queue_id(ref text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    given constant uuid := private.as_uuid(ref);
begin
    return (
        select queues.id from public.queues
        where queues.key = find_queue_id.ref or queues.id = given
    );
end;
$$;
comment on function private.find_queue_id is
'The id of the queue that a key or id refers to, or null. Does not check who may see it.';

create function private.find_queue(ref text) returns public.queues
language plpgsql stable security definer set search_path = ''
as $$
declare
    queue public.queues;
    found_id uuid;
begin
    if ref is null then
        select * into queue from public.queues where is_default and archived_at is null;
    else
        found_id := private.find_queue_id(ref);
        select * into queue from public.queues where id = found_id and archived_at is null;
    end if;
    if queue.id is null then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it takes no new tickets.';
    end if;
    return queue;
end;
$$;
comment on function private.find_queue is
'A queue by key or id, or the default queue for null; PT422 when there is none, or it is archived.';

create function private.live_queue(queue uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
begin
    -- The lock meets whoever archives the queue at this moment, and then sees that it is.
    perform from public.queues where id = queue and archived_at is null for key share;
    return case when found then queue else (private.find_queue(null)).id end;
end;
$$;
comment on function private.live_queue is
'The queue itself, or the default queue in place of an archived one.';

alter table public.assignment_strategies enable row level security;
alter table public.queues enable row level security;
alter table public.queue_members enable row level security;
grant select on public.assignment_strategies, public.queues, public.queue_members
to authenticated, service_role;

create policy "signed-in people see the strategies" on public.assignment_strategies
for select to authenticated using ((select private.caller()) is not null);

create policy "staff see the queues they may read" on public.queues
for select to authenticated using (id = any(array(select private.readable_queues())));

create policy "staff see the members of the queues they may read" on public.queue_members
for select to authenticated using (queue_id = any(array(select private.readable_queues())));

grant execute on function private.readable_queues, private.note_queues to authenticated;
