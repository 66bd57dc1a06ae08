-- Whether somebody is there, how much they take, and what they know.

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

create function public.get_agent(agent text) returns jsonb
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
    return private.agent_view(person);
end;
$$;
comment on function public.get_agent is
'Somebody at work, by id or me; others need people.read.';

create function public.set_availability(
    agent text, availability public.availability, reassign boolean default false
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    person constant uuid := private.guard_agent(agent, true);
    put_back integer := 0;
begin
    if reassign and set_availability.availability = 'away' then
        put_back := private.put_back(person);
    end if;
    perform private.lock_agent(person);
    update public.agents
    set availability = set_availability.availability, availability_since = now()
    where person_id = person and agents.availability <> set_availability.availability;
    return private.agent_view(person) || jsonb_build_object('put_back', put_back);
end;
$$;
comment on function public.set_availability is
'Says whether somebody takes work now: oneself, or someone whose queue one leads. Away with reassign puts their new and open tickets back; the answer counts them.';

create function public.change_agent(agent text, changes jsonb) returns jsonb
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
    return private.agent_view(person);
end;
$$;
comment on function public.change_agent is
'Changes the capacity and the skills of somebody; needs queues.lead in a queue of theirs, or queues.manage.';

grant execute on function
public.get_agent, public.set_availability, public.change_agent to authenticated;
