-- Every change writes its typed event in the same transaction, and tells who may know.
-- The events are the audit trail, the change feed, and what reactions are made from.

create table public.ticket_events (
    id uuid primary key default extensions.uuid_generate_v4(),
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    seq integer not null,
    type text not null,
    actor_id uuid references public.profiles (id) on delete set null,
    is_internal boolean not null default false,
    before jsonb,
    after jsonb,
    occurred_at timestamptz not null default now(),
    constraint ticket_events_seq_unique unique (ticket_id, seq),
    constraint ticket_events_type check (
        type in (
            'TICKET_CREATED', 'TICKET_STATUS_CHANGED', 'TICKET_ASSIGNED',
            'TICKET_UPDATED', 'TICKET_COMMENTED'
        )
    )
);
comment on table public.ticket_events is 'What happened to tickets, in order; rows are only ever added.';
comment on column public.ticket_events.id is 'Identity; consumers use it to see an event once.';
comment on column public.ticket_events.ticket_id is 'What it happened to.';
comment on column public.ticket_events.seq is 'Place in the history of its ticket: 1, 2, 3 without gaps.';
comment on column public.ticket_events.type is 'What happened; says what before and after hold.';
comment on column public.ticket_events.actor_id is 'Who did it; empty when the system did.';
comment on column public.ticket_events.is_internal is 'Whether customers must not know.';
comment on column public.ticket_events.before is 'What changed, as it was.';
comment on column public.ticket_events.after is 'What changed, as it is.';
comment on column public.ticket_events.occurred_at is 'When.';
create index ticket_events_actor on public.ticket_events (actor_id);

-- Only the actor may be emptied, when that person is deleted.
create trigger refuse_change
before update on public.ticket_events
for each row when (
    new.actor_id is not null
    or (old.id, old.ticket_id, old.seq, old.type, old.is_internal, old.occurred_at)
    is distinct from (new.id, new.ticket_id, new.seq, new.type, new.is_internal, new.occurred_at)
    or (old.before, old.after) is distinct from (new.before, new.after)
)
execute function private.refuse_change();

alter table public.ticket_events enable row level security;
grant select on public.ticket_events to authenticated, service_role;

create policy "history follows the ticket, internal history the notes" on public.ticket_events
for select to authenticated using (
    exists (
        select
        from public.tickets
        where
            tickets.id = ticket_events.ticket_id
            and (
                not ticket_events.is_internal
                or tickets.queue_id = any(array(select private.note_queues()))
            )
    )
);

-- Writing history -----------------------------------------------------------

create function private.record_event(
    ticket uuid, type text, before jsonb, after jsonb, is_internal boolean default false
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    -- The lock makes seq gap-free: whoever comes second counts after the first commits.
    perform from public.tickets where id = ticket for update;
    insert into public.ticket_events (ticket_id, seq, type, actor_id, is_internal, before, after)
    select
        ticket,
        1 + coalesce(max(events.seq), 0),
        record_event.type,
        (select profiles.id from public.profiles where profiles.id = auth.uid()),
        record_event.is_internal,
        record_event.before,
        record_event.after
    from public.ticket_events as events
    where events.ticket_id = ticket;
end;
$$;
comment on function private.record_event is 'Appends one event to the history of a ticket.';

create function private.ticket_facts(ticket public.tickets) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'subject', ticket.subject,
        'type', ticket.type,
        'priority', ticket.priority,
        'queue_id', ticket.queue_id,
        'tags', ticket.tags,
        'data', ticket.data
    );
$$;
comment on function private.ticket_facts is 'What TICKET_UPDATED watches.';

create function private.changed(was jsonb, now_is jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_object_agg(key, value)
    from jsonb_each(was)
    where value is distinct from now_is -> key;
$$;
comment on function private.changed is 'The part of the first object that differs in the second.';

create function private.record_new_ticket() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.record_event(
        new.id, 'TICKET_CREATED', null,
        private.ticket_facts(new) || jsonb_build_object(
            'number', new.number,
            'status', new.status,
            'requester_id', new.requester_id,
            'follow_up_of', new.follow_up_of
        )
    );
    return null;
end;
$$;
comment on function private.record_new_ticket is 'Writes TICKET_CREATED.';

create function private.record_ticket_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.status <> old.status then
        perform private.record_event(
            new.id, 'TICKET_STATUS_CHANGED',
            jsonb_build_object('status', old.status, 'category', old.status_category),
            jsonb_build_object(
                'status', new.status, 'category', new.status_category,
                'reason', new.status_reason
            )
        );
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        perform private.record_event(
            new.id, 'TICKET_ASSIGNED',
            jsonb_build_object('assignee_id', old.assignee_id),
            jsonb_build_object('assignee_id', new.assignee_id)
        );
    end if;
    if private.ticket_facts(new) <> private.ticket_facts(old) then
        perform private.record_event(
            new.id, 'TICKET_UPDATED',
            private.changed(private.ticket_facts(old), private.ticket_facts(new)),
            private.changed(private.ticket_facts(new), private.ticket_facts(old))
        );
    end if;
    return null;
end;
$$;
comment on function private.record_ticket_change is
'Writes TICKET_STATUS_CHANGED, TICKET_ASSIGNED and TICKET_UPDATED, whichever happened.';

create function private.record_comment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- The words stay out: events are for ever, and what was said may one day be redacted.
    perform private.record_event(
        new.ticket_id, 'TICKET_COMMENTED', null,
        jsonb_build_object(
            'comment_id', new.id, 'position', new.position,
            'author_id', new.author_id, 'visibility', new.visibility
        ),
        new.visibility = 'internal'
    );
    return null;
end;
$$;
comment on function private.record_comment is 'Writes TICKET_COMMENTED.';

create trigger record_new_ticket
after insert on public.tickets
for each row execute function private.record_new_ticket();

create trigger record_ticket_change
after update on public.tickets
for each row execute function private.record_ticket_change();

-- The first comment is what TICKET_CREATED told.
create trigger record_comment
after insert on public.comments
for each row when (new.position > 1) execute function private.record_comment();

-- Telling those who look ----------------------------------------------------

create function private.reads_notes(person uuid, queue uuid) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select private.can_work(reads_notes.person, reads_notes.queue) and exists (
        select
        from public.person_roles
        inner join public.role_permissions using (role)
        where
            person_roles.person_id = reads_notes.person
            and role_permissions.permission = 'tickets.note'
    );
end;
comment on function private.reads_notes is 'Whether a person may know of the notes in a queue.';

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
            or private.reads_notes(people.person_id, ticket.queue_id)
        );
end;
comment on function private.topics is
'Where an event is told: its ticket, its queue, and the people concerned. A note goes where no customer listens.';

create function private.tell() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform realtime.send(to_jsonb(new), new.type, told.topic, true)
    from private.topics(new) as told (topic);
    return null;
end;
$$;
comment on function private.tell is 'Broadcasts an event; for eyes only, the row is the truth.';

create trigger tell
after insert on public.ticket_events
for each row execute function private.tell();

-- As the caller, so that reading the ticket is subject to the one predicate.
create function private.may_listen(topic text) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    kind constant text := split_part(topic, ':', 1);
    wanted uuid;
begin
    if topic !~ '^(ticket:[0-9a-f-]{36}(:internal)?|(queue|user):[0-9a-f-]{36})$' then
        return false;
    end if;
    wanted := split_part(topic, ':', 2)::uuid;
    return case kind
        when 'user' then wanted = private.caller()
        when 'queue' then wanted in (select private.readable_queues())
        else exists (
            select
            from public.tickets
            where id = wanted
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
comment on function private.may_listen is
'Whether the caller may join a topic: ticket:<id>, ticket:<id>:internal, queue:<id>, user:<id>.';
grant execute on function private.may_listen to authenticated;

create policy "people listen to what they may see" on realtime.messages
for select to authenticated using (
    extension = 'broadcast' and (select private.may_listen((select realtime.topic())))
);
