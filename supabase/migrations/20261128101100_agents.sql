-- Agents: the people who work tickets, how many at once, and whether they do so now.
--
-- An agent's row is what all assignment meets at. Whoever changes what somebody holds
-- locks it; who waits for it holds tickets already, and who holds it never waits for a
-- ticket. So locks are taken in one order, tickets then agents, and nobody waits in a ring.

create type public.availability as enum ('available', 'away');
comment on type public.availability is 'Whether somebody takes work now.';

create table public.agents (
    person_id uuid primary key references public.profiles (id) on delete cascade,
    availability public.availability not null default 'away',
    availability_since timestamptz not null default now(),
    capacity smallint not null default 10,
    skills text[] not null default '{}',
    load integer not null default 0,
    last_assigned_at timestamptz,
    constraint agents_capacity check (capacity between 0 and 1000),
    constraint agents_load check (load >= 0),
    constraint agents_skills_count check (cardinality(skills) <= 50),
    constraint agents_skills_form check (
        cardinality(skills) = 0
        or (
            array_position(skills, null) is null
            and array_to_string(skills, ',') ~ '^[^\s,]{1,50}(,[^\s,]{1,50})*$'
        )
    ),
    constraint agents_skills_words check (
        cardinality(skills) = cardinality(string_to_array(array_to_string(skills, ','), ','))
    )
);
comment on table public.agents is
'Who works tickets: a row appears when somebody first holds a ticket or says whether they are there.';
comment on column public.agents.person_id is 'The person.';
comment on column public.agents.availability is
'Whether they take work now. Away until they say otherwise, so that nobody is given work who is not there.';
comment on column public.agents.availability_since is 'Since when.';
comment on column public.agents.capacity is
'How many new and open tickets they are given at most, without anybody''s saying so.';
comment on column public.agents.skills is 'What they know, at most 50 words.';
comment on column public.agents.load is 'How many new and open tickets they hold; kept, never counted.';
comment on column public.agents.last_assigned_at is 'When they last got a ticket, however they got it.';

alter table public.agents enable row level security;
grant select on public.agents to authenticated, service_role;

create policy "people see themselves at work, staff see all" on public.agents
for select to authenticated using (
    person_id = (select private.caller()) or (select private.has_permission('people.read'))
);

-- Load -----------------------------------------------------------------------

create function private.change_load(moves jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.agents (person_id)
    select moved.person_id
    from jsonb_to_recordset(moves) as moved (person_id uuid)
    where not exists (select from public.agents where agents.person_id = moved.person_id)
    order by moved.person_id
    on conflict do nothing;
    perform from public.agents
    where person_id in (
        select moved.person_id from jsonb_to_recordset(moves) as moved (person_id uuid)
    )
    order by person_id for no key update;
    update public.agents
    set
        load = load + moved.difference,
        last_assigned_at = case when moved.gained then clock_timestamp() else last_assigned_at end
    from jsonb_to_recordset(moves) as moved (person_id uuid, difference integer, gained boolean)
    where agents.person_id = moved.person_id;
end;
$$;
comment on function private.change_load is
'Adds differences to the load of agents, locking their rows in one order.';

create function private.update_load() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    moves jsonb;
begin
    select jsonb_agg(moved) into moves
    from (
        select held.person_id, sum(held.step) as difference, bool_or(held.gained) as gained
        from (
            select
                now_is.assignee_id as person_id,
                (now_is.status_category in ('new', 'open'))::integer as step,
                now_is.assignee_id is distinct from was.assignee_id as gained
            from now_is
            inner join was on was.id = now_is.id
            where now_is.assignee_id is not null
            union all
            select was.assignee_id, -(was.status_category in ('new', 'open'))::integer, false
            from was
            where was.assignee_id is not null
        ) as held
        group by held.person_id
        having sum(held.step) <> 0 or bool_or(held.gained)
    ) as moved;
    if moves is not null then
        perform private.change_load(moves);
    end if;
    return null;
end;
$$;
comment on function private.update_load is 'Keeps the load of agents when tickets change.';

create function private.update_load_of_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    moves jsonb;
begin
    select jsonb_agg(moved) into moves
    from (
        select
            assignee_id as person_id,
            count(*) * case tg_op when 'INSERT' then 1 else -1 end as difference,
            tg_op = 'INSERT' as gained
        from held
        where assignee_id is not null and status_category in ('new', 'open')
        group by assignee_id
    ) as moved;
    if moves is not null then
        perform private.change_load(moves);
    end if;
    return null;
end;
$$;
comment on function private.update_load_of_rows is 'Keeps the load of agents when tickets come or are deleted.';

create trigger update_load
after update on public.tickets
referencing old table as was new table as now_is
for each statement execute function private.update_load();

create trigger update_load_of_new
after insert on public.tickets
referencing new table as held
for each statement execute function private.update_load_of_rows();

create trigger update_load_of_deleted
after delete on public.tickets
referencing old table as held
for each statement execute function private.update_load_of_rows();

-- Locks ----------------------------------------------------------------------

create function private.lock_agent(person uuid) returns public.agents
language plpgsql security definer set search_path = ''
as $$
declare
    agent public.agents;
begin
    insert into public.agents (person_id) values (person) on conflict do nothing;
    select * into agent from public.agents where person_id = person for no key update;
    return agent;
end;
$$;
comment on function private.lock_agent is
'The row of an agent, made when it is missing, locked: nobody else gives or takes their work meanwhile.';

create function private.lock_tickets_and_agents(
    work uuid[], people uuid[] default '{}'
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    concerned uuid[];
begin
    perform from public.tickets where id = any (work) order by id for update;
    concerned := array(
        select distinct concerned_person.id
        from (
            select assignee_id as id from public.tickets where tickets.id = any (work)
            union all
            select unnest(people) as id
        ) as concerned_person
        where concerned_person.id is not null
        order by concerned_person.id
    );
    insert into public.agents (person_id)
    select unnest(concerned)
    on conflict do nothing;
    perform from public.agents
    where person_id = any (concerned) order by person_id for no key update;
end;
$$;
comment on function private.lock_tickets_and_agents is
'Locks tickets, then the agents who hold them and these people, in one order: for whoever changes several tickets in one transaction.';

-- Availability ---------------------------------------------------------------

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

create function private.assign_on_return() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.start_job('waiting_tickets');
    return null;
end;
$$;
comment on function private.assign_on_return is 'Has waiting work given at once to whoever can take more.';

create trigger assign_on_return
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
execute function private.assign_on_return();

-- Commands and queries -------------------------------------------------------

create function private.agent_json(person uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', profiles.id,
        'name', profiles.name,
        -- Who has no row yet is what a new row would say.
        'availability', coalesce(agents.availability, 'away'),
        'availability_since', agents.availability_since,
        'capacity', coalesce(agents.capacity, 10),
        'load', coalesce(agents.load, 0),
        'skills', coalesce(agents.skills, '{}'),
        'last_assigned_at', agents.last_assigned_at
    )
    from public.profiles
    left join public.agents on agents.person_id = profiles.id
    where profiles.id = agent_json.person;
$$;
comment on function private.agent_json is 'Somebody at work, as staff see them.';

create function private.guard_agent(ref text, own boolean) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    person constant uuid := case ref when 'me' then me else ref::uuid end;
begin
    if person = me and own then
        perform private.require_permission('tickets.take');
        return me;
    end if;
    if not private.has_permission('queues.manage') and not (
        private.has_permission('queues.lead') and exists (
            select from public.queue_members as theirs
            inner join public.queue_members as mine using (queue_id)
            where theirs.person_id = person and mine.person_id = me
        )
    ) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = 'This needs the permission queues.lead in a queue of that person, or queues.manage.';
    end if;
    if not private.takes_tickets(person) then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such person, or none of their roles lets them take tickets.';
    end if;
    return person;
end;
$$;
comment on function private.guard_agent is
'The guard of every command about somebody at work: oneself where that is one''s own to say, else by whoever leads a queue of theirs; PT401, PT403, PT404.';

create function api.get_agent(agent text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    person constant uuid := case agent when 'me' then me else agent::uuid end;
begin
    if person <> me then
        perform private.require_permission('people.read');
    end if;
    if not private.takes_tickets(person) then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such person, or none of their roles lets them take tickets.';
    end if;
    return private.agent_json(person);
end;
$$;
comment on function api.get_agent is
'Somebody at work, by id or me; others need people.read.';

create function api.set_availability(
    agent text, availability public.availability, reassign boolean default false
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    person constant uuid := private.guard_agent(agent, true);
    released integer := 0;
begin
    if reassign and set_availability.availability = 'away' then
        released := private.release_tickets_of(person);
    end if;
    perform private.lock_agent(person);
    update public.agents
    set availability = set_availability.availability, availability_since = now()
    where person_id = person and agents.availability <> set_availability.availability;
    return private.agent_json(person) || jsonb_build_object('put_back', released);
end;
$$;
comment on function api.set_availability is
'Says whether somebody takes work now: oneself, or someone whose queue one leads. Away with reassign puts their new and open tickets back; the answer counts them.';

create function api.change_agent(agent text, changes jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    person constant uuid := private.guard_agent(agent, false);
    locked constant public.agents := private.lock_agent(person);
begin
    update public.agents
    set
        capacity = coalesce((changes ->> 'capacity')::smallint, locked.capacity),
        skills = case
            when jsonb_typeof(changes -> 'skills') = 'array' then array(
                select distinct skill from jsonb_array_elements_text(changes -> 'skills') as skill
                order by skill
            )
            else locked.skills
        end
    where person_id = person;
    return private.agent_json(person);
end;
$$;
comment on function api.change_agent is
'Changes the capacity and the skills of somebody; needs queues.lead in a queue of theirs, or queues.manage.';

grant execute on function
api.get_agent, api.set_availability, api.change_agent
to authenticated;
