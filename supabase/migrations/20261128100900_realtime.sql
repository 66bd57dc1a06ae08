-- Realtime: every event is broadcast to the private topics of those who may see it. Broadcasts
-- only update screens and may get lost; the event row is authoritative. Staff who may read the
-- notes of a ticket see who is viewing it and typing, by Presence on ticket:<id>:internal.
-- Presence is what clients report of themselves, unchecked; replies are protected by leases.

-- Broadcast ------------------------------------------------------------------

create function private.topics(event public.ticket_events) returns setof text
language sql stable security definer set search_path = ''
begin atomic
    with ticket as (
        select
            tickets.queue_id,
            tickets.requester_id,
            tickets.assignee_id
        from public.tickets
        where tickets.id = (topics.event).ticket_id
    ),

    people as (
        select ticket.requester_id as person_id from ticket
        union
        select ticket.assignee_id as person_id from ticket
        union
        select ((topics.event).before ->> 'assignee_id')::uuid as person_id
        union
        select ticket_followers.person_id
        from public.ticket_followers
        where ticket_followers.ticket_id = (topics.event).ticket_id
    )

    select
        'ticket:' || (topics.event).ticket_id
        || case when (topics.event).is_internal then ':internal' else '' end
    union all
    select 'queue:' || ticket.queue_id from ticket
    union all
    select 'queue:' || ((topics.event).before ->> 'queue_id')
    where (topics.event).before ? 'queue_id'
    union all
    select 'user:' || people.person_id
    from people
    cross join ticket
    where
        people.person_id is not null
        and (
            not (topics.event).is_internal
            or private.can_read_notes(people.person_id, ticket.queue_id)
        );
end;
comment on function private.topics is
'The topics of an event: its ticket, its queue (before and after a move), and the people concerned. Internal events go to staff topics only.';

create function private.broadcast_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform realtime.send(to_jsonb(new), new.type, topics.topic, true)
    from private.topics(new) as topics (topic);
    return null;
end;
$$;
comment on function private.broadcast_event is 'Broadcasts a new event to its topics.';

create trigger broadcast_event
after insert on public.ticket_events
for each row execute function private.broadcast_event();

-- Access to topics -----------------------------------------------------------

create function private.may_join_topic(topic text) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    kind constant text := split_part(topic, ':', 1);
    topic_id uuid;
begin
    if topic !~ '^(ticket:[0-9a-f-]{36}(:internal)?|(queue|user):[0-9a-f-]{36})$' then
        return false;
    end if;
    topic_id := split_part(topic, ':', 2)::uuid;
    return case kind
        when 'user' then topic_id = private.caller()
        when 'queue' then topic_id in (select private.readable_queues())
        else exists (
            select
            from public.tickets
            where id = topic_id
                and (
                    topic not like '%:internal'
                    or queue_id in (select private.note_queues())
                )
        )
    end;
exception
    when invalid_text_representation or sqlstate 'PT401' then
        return false;
end;
$$;
comment on function private.may_join_topic is
'Whether the caller may join a topic: ticket:<id>, ticket:<id>:internal, queue:<id>, user:<id>.';

create policy "people listen to what they may see" on realtime.messages
for select to authenticated using (
    extension = 'broadcast' and (select private.may_join_topic((select realtime.topic())))
);

-- Presence -------------------------------------------------------------------

create policy "staff of the queue see who is viewing a ticket" on realtime.messages
for select to authenticated using (
    extension = 'presence'
    and (select realtime.topic()) like 'ticket:%:internal'
    and (select private.may_join_topic((select realtime.topic())))
);

create policy "staff of the queue report that they are viewing a ticket" on realtime.messages
for insert to authenticated with check (
    extension = 'presence'
    and (select realtime.topic()) like 'ticket:%:internal'
    and (select private.may_join_topic((select realtime.topic())))
);

grant execute on function private.may_join_topic to authenticated;
