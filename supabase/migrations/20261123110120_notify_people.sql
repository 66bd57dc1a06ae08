-- The reaction that tells people of an event: in their lists, and by mail.

create function private.assignee_then(event public.ticket_events) returns uuid
language sql stable security definer set search_path = ''
as $$
    select
        case
            when later.id is null then tickets.assignee_id
            else (later.before ->> 'assignee_id')::uuid
        end
    from public.tickets
    left join lateral (
        select events.id, events.before
        from public.ticket_events as events
        where events.ticket_id = tickets.id
            and events.seq > (assignee_then.event).seq
            and events.type = 'TICKET_ASSIGNED'
        order by events.seq
        limit 1
    ) as later on true
    where tickets.id = (assignee_then.event).ticket_id;
$$;
comment on function private.assignee_then is
'Who held a ticket after an event: who the next assignment took it from, or who holds it now. Whoever comes later is not told of what was before.';

create function private.audience(event public.ticket_events)
returns table (person_id uuid, in_app boolean, email boolean)
language sql security definer set search_path = ''
as $$
    with concerned as (
        select tickets.requester_id as id
        from public.tickets where tickets.id = (audience.event).ticket_id
        union
        select private.assignee_then(audience.event)
        union
        select ((audience.event).before ->> 'assignee_id')::uuid
        union
        select ticket_followers.person_id
        from public.ticket_followers
        where ticket_followers.ticket_id = (audience.event).ticket_id
            and ticket_followers.since <= (audience.event).occurred_at
    )

    select
        profiles.id,
        coalesce(own.in_app, usual.in_app, true),
        coalesce(own.email, usual.email, false)
    from concerned
    inner join public.profiles on profiles.id = concerned.id
    left join private.notification_defaults as usual on usual.type = (audience.event).type
    left join public.notification_preferences as own
        on own.person_id = profiles.id and own.type = (audience.event).type
    where profiles.id is distinct from (audience.event).actor_id
        and private.may_know(profiles.id, audience.event);
$$;
comment on function private.audience is
'Who is told of an event, and how: requester, assignee before and after, and followers, as they were then; never the actor, never somebody who may not know now.';

create function private.mail_event(person uuid, event public.ticket_events) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    mail uuid;
begin
    -- Updating nothing locks the mail that waits, so that nobody takes it meanwhile.
    insert into private.emails (person_id, ticket_id, due_at)
    values (
        person, event.ticket_id, now() + (select emails_wait from private.desk_settings)
    )
    on conflict (person_id, ticket_id) where taken_at is null
    do update set person_id = excluded.person_id
    returning id into mail;
    insert into private.email_events (email_id, event_id) values (mail, event.id)
    on conflict do nothing;
end;
$$;
comment on function private.mail_event is
'Adds an event to the mail that waits for a person and ticket, or begins one.';

create function public.notify_people(event uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    happened public.ticket_events;
    told record;
begin
    if not private.begin_reaction(event, 'notify_people') then
        return false;
    end if;
    select * into happened from public.ticket_events as events where events.id = event;
    -- In order of people, so that two events of a ticket never wait for each other.
    for told in select * from private.audience(happened) as people order by people.person_id loop
        if told.in_app then
            insert into public.notifications (person_id, event_id, ticket_id, type, actor_id)
            values (told.person_id, happened.id, happened.ticket_id, happened.type, happened.actor_id)
            on conflict do nothing;
        end if;
        if told.email then
            perform private.mail_event(told.person_id, happened);
        end if;
    end loop;
    return true;
end;
$$;
comment on function public.notify_people is
'The reaction that tells people of an event, once; false when it already had its effect.';

create function private.tell_person() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object('id', new.id, 'ticket_id', new.ticket_id, 'type', new.type),
        'NOTIFICATION_CREATED', 'user:' || new.person_id, true
    );
    return null;
end;
$$;
comment on function private.tell_person is 'Broadcasts that there is something to read; the row is the truth.';

create trigger tell_person
after insert on public.notifications
for each row execute function private.tell_person();

grant execute on function public.notify_people to service_role;
