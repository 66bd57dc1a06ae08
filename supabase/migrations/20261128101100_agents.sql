-- Agents: the people who work tickets, with their availability, capacity, skills and load.
--
-- All assignment locks the agent's row. Locks are always taken in one order, tickets before
-- agents, and whoever holds the lock of an agent never waits for a ticket, so that no deadlock
-- can arise.

create type public.availability as enum ('available', 'away');
comment on type public.availability is 'Whether an agent takes tickets now.';

create table public.agents (
    person_id uuid primary key references public.people (id) on delete cascade,
    availability public.availability not null default 'away',
    availability_since timestamptz not null default now(),
    capacity smallint not null default 10,
    skills text[] not null default '{}',
    load integer not null default 0,
    last_assigned_at timestamptz,
    reassigns boolean not null default false,
    skill_keys text[] not null generated always as (private.tag_keys(skills)) stored,
    constraint agents_capacity check (capacity between 0 and 1000),
    constraint agents_load check (load >= 0),
    constraint agents_skills_count check (cardinality(skills) <= 50),
    constraint agents_skills_form check (private.are_tags(skills))
);
comment on table public.agents is
'People who work tickets. A row is created when somebody is first assigned a ticket or sets their availability.';
comment on column public.agents.person_id is 'The person.';
comment on column public.agents.availability is
'Whether they take tickets now. Away by default, so that nobody is assigned work while absent.';
comment on column public.agents.availability_since is 'When the availability last changed.';
comment on column public.agents.capacity is
'The number of new and open tickets up to which they are assigned more automatically, or may claim more.';
comment on column public.agents.skills is 'Skills, at most 50.';
comment on column public.agents.skill_keys is 'By what the skills are compared; see private.tag_key.';
comment on column public.agents.load is 'How many new and open tickets they are assigned; maintained by triggers.';
comment on column public.agents.last_assigned_at is 'When they were last assigned a ticket, in whatever way.';
comment on column public.agents.reassigns is
'Whether, while they are away, tickets that come back to them are released: they went with reassign.';

alter table public.agents enable row level security;
grant select on public.agents to authenticated, service_role;

create policy "agents see themselves, staff see all agents" on public.agents
for select to authenticated using (
    person_id = (select private.caller()) or (select private.has_permission('people.read'))
);

-- Load -----------------------------------------------------------------------

create function private.change_load(changes jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.agents (person_id)
    select change.person_id
    from jsonb_to_recordset(changes) as change (person_id uuid)
    where not exists (select from public.agents where agents.person_id = change.person_id)
    order by change.person_id
    on conflict do nothing;
    perform from public.agents
    where person_id in (
        select change.person_id from jsonb_to_recordset(changes) as change (person_id uuid)
    )
    order by person_id for no key update;
    update public.agents
    set
        load = load + change.difference,
        last_assigned_at = case when change.gained then clock_timestamp() else last_assigned_at end
    from jsonb_to_recordset(changes) as change (person_id uuid, difference integer, gained boolean)
    where agents.person_id = change.person_id;
end;
$$;
comment on function private.change_load is
'Adds differences to the load of agents, locking their rows in order of id.';

create function private.update_load() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    changed_loads jsonb;
begin
    select jsonb_agg(changes) into changed_loads
    from (
        select steps.person_id, sum(steps.step) as difference, bool_or(steps.gained) as gained
        from (
            select
                new_rows.assignee_id as person_id,
                (new_rows.status_category in ('new', 'open'))::integer as step,
                new_rows.assignee_id is distinct from old_rows.assignee_id as gained
            from new_rows
            inner join old_rows on old_rows.id = new_rows.id
            where new_rows.assignee_id is not null
            union all
            select old_rows.assignee_id, -(old_rows.status_category in ('new', 'open'))::integer, false
            from old_rows
            where old_rows.assignee_id is not null
        ) as steps
        group by steps.person_id
        having sum(steps.step) <> 0 or bool_or(steps.gained)
    ) as changes;
    if changed_loads is not null then
        perform private.change_load(changed_loads);
    end if;
    return null;
end;
$$;
comment on function private.update_load is 'Updates the load of agents when tickets change.';

create function private.update_load_of_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    changed_loads jsonb;
begin
    select jsonb_agg(changes) into changed_loads
    from (
        select
            assignee_id as person_id,
            count(*) * case tg_op when 'INSERT' then 1 else -1 end as difference,
            tg_op = 'INSERT' as gained
        from changed_rows
        where assignee_id is not null and status_category in ('new', 'open')
        group by assignee_id
    ) as changes;
    if changed_loads is not null then
        perform private.change_load(changed_loads);
    end if;
    return null;
end;
$$;
comment on function private.update_load_of_rows is 'Updates the load of agents when tickets are inserted or deleted.';

create trigger update_load
after update on public.tickets
referencing old table as old_rows new table as new_rows
for each statement execute function private.update_load();

create trigger update_load_of_new
after insert on public.tickets
referencing new table as changed_rows
for each statement execute function private.update_load_of_rows();

create trigger update_load_of_deleted
after delete on public.tickets
referencing old table as changed_rows
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
'Locks and returns the row of an agent, inserting it if missing: nobody else changes their assignments meanwhile.';

create function private.lock_tickets_and_agents(
    ticket_ids uuid[], person_ids uuid[] default '{}'
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    agent_ids uuid[];
begin
    perform from public.tickets where id = any (ticket_ids) order by id for update;
    agent_ids := array(
        select distinct person.id
        from (
            select assignee_id as id from public.tickets where tickets.id = any (ticket_ids)
            union all
            select unnest(person_ids) as id
        ) as person
        where person.id is not null
        order by person.id
    );
    insert into public.agents (person_id)
    select unnest(agent_ids)
    on conflict do nothing;
    perform from public.agents
    where person_id = any (agent_ids) order by person_id for no key update;
end;
$$;
comment on function private.lock_tickets_and_agents is
'Locks tickets, then their assignees and further people, each in order of id: for transactions that change several tickets.';

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
comment on function private.takes_tickets is 'Whether a person has the permission tickets.take.';

create function private.assign_on_return() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.start_job('waiting_tickets');
    return null;
end;
$$;
comment on function private.assign_on_return is 'Requests assignment when an agent becomes available or gets more capacity or skills.';

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
        'id', people.id,
        'name', people.name,
        -- The defaults of a new row, for people who have none yet.
        'availability', coalesce(agents.availability, 'away'),
        'availability_since', agents.availability_since,
        'capacity', coalesce(agents.capacity, 10),
        'load', coalesce(agents.load, 0),
        'skills', coalesce(agents.skills, '{}'),
        'last_assigned_at', agents.last_assigned_at
    )
    from public.people
    left join public.agents on agents.person_id = people.id
    where people.id = agent_json.person;
$$;
comment on function private.agent_json is 'An agent as JSON, for staff.';

-- Availability, capacity and skills act in all queues of an agent. Leading one of them is not
-- enough, because whoever leads a queue may add any agent to it.
create function private.leads_agent(person uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    select private.has_permission('queues.manage') or (
        private.has_permission('queues.lead') and coalesce((
            select bool_and(exists (
                select from public.queue_members as own
                where own.queue_id = queues.id and own.person_id = (select private.caller())
            ))
            from public.queues
            where queues.archived_at is null
                and (
                    exists (
                        select from public.queue_members as members
                        where members.queue_id = queues.id
                            and members.person_id = leads_agent.person
                    )
                    or private.can_work(leads_agent.person, queues.id)
                )
        ), false)
    );
$$;
comment on function private.leads_agent is
'Whether the caller leads every queue that a person works: with queues.lead as a member of each, or with queues.manage.';

create function private.guard_agent(ref text, allow_self boolean) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    person constant uuid := case ref when 'me' then me else ref::uuid end;
begin
    if person = me and allow_self then
        perform private.require_permission('tickets.take');
        return me;
    end if;
    if not private.leads_agent(person) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = 'This needs the permission queues.lead in every queue of that person, or queues.manage.';
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
'The guard of commands about an agent: the agent themselves if allowed, or who leads every queue of theirs; PT401, PT403, PT404. Returns their id.';

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
'Returns an agent, by id or me; other people need people.read.';

create function api.set_availability(
    agent text, availability public.availability, reassign boolean default false
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    person constant uuid := private.guard_agent(agent, true);
    released integer := 0;
begin
    if availability is null or (reassign and availability <> 'away') then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Say available or away; reassign goes with away.';
    end if;
    if reassign and set_availability.availability = 'away' then
        released := private.release_tickets_of(person);
    end if;
    perform private.lock_agent(person);
    update public.agents
    set
        availability = set_availability.availability,
        availability_since = case
            when agents.availability = set_availability.availability then availability_since
            else now()
        end,
        reassigns = reassign and set_availability.availability = 'away'
    where person_id = person;
    return private.agent_json(person) || jsonb_build_object('put_back', released);
end;
$$;
comment on function api.set_availability is
'Sets the availability of the caller, or of an agent all of whose queues the caller leads. Away with reassign releases their new and open tickets, and those that customers or others open meanwhile; put_back says how many at once.';

create function api.change_agent(agent text, changes jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    person constant uuid := private.guard_agent(agent, false);
    agent_row constant public.agents := private.lock_agent(person);
begin
    perform private.require_fields(changes, '{"capacity": "integer", "skills": "strings"}');
    update public.agents
    set
        capacity = coalesce((changes ->> 'capacity')::smallint, agent_row.capacity),
        skills = case
            when changes ? 'skills' then private.distinct_tags(
                array(
                    select skill from jsonb_array_elements_text(changes -> 'skills') as skill
                    order by skill
                ),
                agent_row.skills
            )
            else agent_row.skills
        end
    where person_id = person;
    return private.agent_json(person);
end;
$$;
comment on function api.change_agent is
'Changes the capacity and skills of an agent; needs queues.lead in every queue of theirs, or queues.manage.';

grant execute on function
api.get_agent, api.set_availability, api.change_agent
to authenticated;
