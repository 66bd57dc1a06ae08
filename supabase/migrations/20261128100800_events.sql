-- Ticket events: triggers write a typed event for every change, in its transaction. Events
-- are the audit trail, the change feed, and the input of reactions. private.event_json is their
-- one form, wherever they are shown.

create table private.event_types (
    type text primary key,
    description text not null,
    in_app boolean not null,
    email boolean not null
);
comment on table private.event_types is
'The types of events, and the default notification preferences for each.';
comment on column private.event_types.type is 'The name of the type.';
comment on column private.event_types.description is 'What happened, for people who choose their preferences.';
comment on column private.event_types.in_app is 'Whether it is listed among the notifications by default.';
comment on column private.event_types.email is 'Whether it is sent by email by default.';
-- Email by default only for what people wait for: assignments and changed fields would fill
-- an inbox.
insert into private.event_types (type, description, in_app, email) values
('TICKET_CREATED', 'A ticket was opened.', true, true),
('TICKET_COMMENTED', 'Somebody replied or wrote a note.', true, true),
('TICKET_STATUS_CHANGED', 'A ticket got another status, or another reason for it.', true, true),
('TICKET_ASSIGNED', 'A ticket was assigned or released.', true, false),
('TICKET_UPDATED', 'Fields of a ticket changed.', true, false),
('TICKET_REPLY_TAKEN_OVER', 'Somebody took over a reply that another was writing.', true, false),
('TICKET_COMMENT_REDACTED', 'A comment was redacted.', false, false),
('TICKET_FOLLOWED_UP', 'A reply to a closed ticket went to its follow-up.', true, false),
('TICKET_REDACTED', 'Text of a ticket was redacted.', false, false),
('TICKET_FOLLOWER_ADDED', 'You were made to follow a ticket.', true, true),
('TICKET_FOLLOWER_REMOVED', 'Somebody does not follow a ticket any more.', false, false),
('TICKET_MENTIONED', 'A note named you, or a queue of yours.', true, true);

-- Order of the feed -----------------------------------------------------------

create table private.feed_offset (
    only_row boolean primary key default true,
    ahead bigint not null default 0,
    cursor_key bytea not null default extensions.gen_random_bytes(16),
    constraint feed_offset_only_row check (only_row)
);
comment on table private.feed_offset is
'What is added to transaction ids to get turns of the feed, and the key of its cursors; one row.';
comment on column private.feed_offset.cursor_key is
'With which cursors are encrypted, so that a reader cannot count the events between two of them.';
comment on column private.feed_offset.only_row is 'Always true, so that there is at most one row.';
comment on column private.feed_offset.ahead is
'Zero, unless history was restored from a cluster with higher transaction ids; see private.restart_feed.';

insert into private.feed_offset default values;

create function private.feed_turn() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
    return (select pg_current_xact_id()::text::bigint + ahead from private.feed_offset);
end;
$$;
comment on function private.feed_turn is 'The turn of the current transaction: its id, plus the offset.';

create function private.feed_horizon() returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ahead from private.feed_offset
    );
end;
$$;
comment on function private.feed_horizon is
'The turn of the oldest transaction still running; no more events of earlier turns can be committed.';

create function private.current_batch() returns uuid
language sql stable
begin atomic
    select nullif(current_setting('autocrm.batch', true), '')::uuid;
end;
comment on function private.current_batch is
'The bulk update that the current transaction belongs to, or null; clients cannot set it.';

-- Events ---------------------------------------------------------------------

create table public.ticket_events (
    id uuid primary key default extensions.uuid_generate_v4(),
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    number bigint not null,
    seq integer not null,
    public_seq integer,
    version integer not null,
    public_version integer,
    type text not null references private.event_types (type),
    actor_id uuid references public.people (id) on delete set null,
    is_internal boolean not null default false,
    before jsonb,
    after jsonb,
    occurred_at timestamptz not null default now(),
    turn bigint not null default private.feed_turn(),
    position bigint not null generated always as identity,
    batch_id uuid default private.current_batch(),
    correlation_id text default private.correlation_id(),
    constraint ticket_events_seq_unique unique (ticket_id, seq),
    constraint ticket_events_public_seq_unique unique (ticket_id, public_seq),
    constraint ticket_events_public check (
        (public_seq is null) = is_internal and (public_version is null) = is_internal
    )
);
comment on table public.ticket_events is 'The history of tickets; append-only, but for the blanking of redacted text.';
comment on column public.ticket_events.id is 'Identity; consumers deduplicate by it.';
comment on column public.ticket_events.ticket_id is 'The ticket.';
comment on column public.ticket_events.number is 'The number of the ticket.';
comment on column public.ticket_events.seq is 'Position in the history of its ticket: 1, 2, 3 without gaps.';
comment on column public.ticket_events.public_seq is
'Position among the events that are not internal: 1, 2, 3 without gaps; null for internal ones.';
comment on column public.ticket_events.version is 'The version of the ticket after it.';
comment on column public.ticket_events.public_version is
'The public version of the ticket after it; null for an internal event.';
comment on column public.ticket_events.type is 'The type; determines the fields of before and after.';
comment on column public.ticket_events.actor_id is 'Who did it; null for the system.';
comment on column public.ticket_events.is_internal is 'Whether only staff may see it.';
comment on column public.ticket_events.before is 'The changed fields before.';
comment on column public.ticket_events.after is 'The changed fields after.';
comment on column public.ticket_events.occurred_at is 'When it happened.';
comment on column public.ticket_events.turn is
'The turn of the writing transaction. The feed is ordered by turn and position.';
comment on column public.ticket_events.position is 'Order among the events of a turn.';
comment on column public.ticket_events.batch_id is
'The bulk update that it was part of; null for a single change.';
comment on column public.ticket_events.correlation_id is
'The correlation id of the request; null when there was none.';
create index ticket_events_actor on public.ticket_events (actor_id);
create index ticket_events_occurred on public.ticket_events using brin (occurred_at);
create unique index ticket_events_feed on public.ticket_events (turn, position);
comment on index public.ticket_events_feed is 'Serves the feed in order.';

create function private.redacts_event(was public.ticket_events, now_is public.ticket_events)
returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    blanked public.ticket_events := was;
begin
    blanked.before := private.redact_json(was.before, private.text_to_redact());
    blanked.after := private.redact_json(was.after, private.text_to_redact());
    return private.text_to_redact() is not null and now_is is not distinct from blanked;
end;
$$;
comment on function private.redacts_event is
'Whether a change of an event is the redaction under way and nothing else.';

create trigger refuse_update
before update on public.ticket_events
for each row when (
    not private.redacts_event(old, new)
    and (
        new.actor_id is not null
        or to_jsonb(old) - 'actor_id' is distinct from to_jsonb(new) - 'actor_id'
    )
)
execute function private.refuse_update();

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

-- Showing events -------------------------------------------------------------

-- It pins no search path, so that it is inlined; see private.may_see_ticket.
create function private.event_facts(
    facts jsonb, names jsonb, internal boolean, hidden_fields text[]
) returns jsonb
language sql stable parallel safe
begin atomic
    select
        facts
        - 'public_position'
        || case
            when not internal and facts ? 'public_position'
                then jsonb_build_object('position', facts -> 'public_position')
            else '{}'
        end
        || case
            when not internal and facts ? 'skills' then '{"skills": []}'::jsonb
            else '{}'
        end
        || case
            when not internal and facts ? 'data'
                then jsonb_build_object('data', (facts -> 'data') - hidden_fields)
            else '{}'
        end
        || case
            when facts ? 'requester_id'
                then jsonb_build_object('requester_name', names -> (facts ->> 'requester_id'))
            else '{}'
        end
        || case
            when facts ? 'assignee_id'
                then jsonb_build_object('assignee_name', names -> (facts ->> 'assignee_id'))
            else '{}'
        end
        || case
            when facts ? 'author_id'
                then jsonb_build_object('author_name', names -> (facts ->> 'author_id'))
            else '{}'
        end
        || case
            when facts ? 'person_id'
                then jsonb_build_object('person_name', names -> (facts ->> 'person_id'))
            else '{}'
        end;
end;
comment on function private.event_facts is
'The fields before or after an event, as an audience sees them, without the custom fields that are hidden from it, and with the names of the people in them.';

create function private.names_in_events(events public.ticket_events[]) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    -- Whoever sees a ticket may know the names of those who work on it.
    return (
        select
            jsonb_object_agg(people.id, people.name)
            || jsonb_build_object('machines', coalesce(
                jsonb_object_agg(people.id, true) filter (where people.kind = 'machine'), '{}'
            ))
        from public.people
        where people.id = any (array(
            select person.id
            from unnest(events) as event
            cross join unnest(array[
                event.actor_id,
                (event.before ->> 'assignee_id')::uuid,
                (event.after ->> 'assignee_id')::uuid,
                (event.after ->> 'author_id')::uuid,
                (event.before ->> 'requester_id')::uuid,
                (event.after ->> 'requester_id')::uuid,
                (event.before ->> 'person_id')::uuid,
                (event.after ->> 'person_id')::uuid
            ]) as person (id)
        ))
    );
end;
$$;
comment on function private.names_in_events is 'The names of the people in some events, by id; under machines those who are programs.';

create function private.named_event_json(
    event public.ticket_events, internal boolean, names jsonb
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    occurred_at constant timestamp := event.occurred_at at time zone 'UTC';
    hidden_fields text[];
begin
    if event.is_internal and not internal then
        return null;
    end if;
    if not internal and (event.before ? 'data' or event.after ? 'data') then
        hidden_fields := private.staff_fields();
    end if;
    return jsonb_build_object(
        'id', event.id,
        'ticket_id', event.ticket_id,
        'number', event.number,
        'seq', case when internal then event.seq else event.public_seq end,
        'version', case when internal then event.version else event.public_version end,
        'type', event.type,
        'actor_id', event.actor_id,
        'actor_name', names -> event.actor_id::text,
        'actor_kind', case
            when names -> 'machines' ? event.actor_id::text then 'machine'
            when event.actor_id is not null then 'human'
        end,
        'is_internal', event.is_internal,
        -- As Python and JavaScript write it.
        'occurred_at', to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS')
        || case when occurred_at = date_trunc('second', occurred_at) then ''
            else to_char(occurred_at, '.US') end
        || 'Z',
        'batch_id', event.batch_id,
        'correlation_id', event.correlation_id,
        'before', private.event_facts(event.before, names, internal, hidden_fields),
        'after', private.event_facts(event.after, names, internal, hidden_fields)
    );
end;
$$;
comment on function private.named_event_json is
'private.event_json with the names of the people in it, which a page of events looks up at once (private.names_in_events).';

create function private.event_json(event public.ticket_events, internal boolean) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.named_event_json(event, internal, private.names_in_events(array[event]));
end;
$$;
comment on function private.event_json is
'The one form of an event for an audience, in every list, message and payload: internal for those who read the notes of its queue; else public, where seq, version and position count only what everybody sees. Null for an internal event that the audience may not see.';
grant execute on function private.names_in_events, private.named_event_json to authenticated;

-- Writing events -------------------------------------------------------------

create function private.record_event(
    ticket uuid, type text, before jsonb, after jsonb, is_internal boolean default false
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    target public.tickets;
begin
    -- The lock makes seq gap-free: a concurrent writer waits until the first has committed.
    select * into target from public.tickets where id = ticket for update;
    insert into public.ticket_events (
        ticket_id, number, seq, public_seq, version, public_version,
        type, actor_id, is_internal, before, after
    )
    select
        target.id,
        target.number,
        1 + coalesce(max(events.seq), 0),
        case when not record_event.is_internal then 1 + coalesce(max(events.public_seq), 0) end,
        target.version,
        case when not record_event.is_internal then target.public_version end,
        record_event.type,
        private.caller(),
        record_event.is_internal,
        record_event.before,
        record_event.after
    from public.ticket_events as events
    where events.ticket_id = ticket;
end;
$$;
comment on function private.record_event is 'Appends one event to the history of a ticket.';

create function private.ticket_fields(ticket public.tickets) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'requester_id', ticket.requester_id,
        'subject', ticket.subject,
        'type', ticket.type,
        'priority', ticket.priority,
        'queue_id', ticket.queue_id,
        'tags', ticket.tags,
        'data', ticket.data,
        'skills', ticket.skills
    );
end;
$$;
comment on function private.ticket_fields is 'The fields whose changes TICKET_UPDATED reports.';

create function private.changed_fields(before jsonb, after jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select jsonb_object_agg(key, value)
        from jsonb_each(before)
        where value is distinct from after -> key
    );
end;
$$;
comment on function private.changed_fields is 'The fields of the first object that differ in the second, with their values in the first.';

create function private.record_new_ticket() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.record_event(
        new.id, 'TICKET_CREATED', null,
        private.ticket_fields(new) || jsonb_build_object(
            'number', new.number,
            'status', new.status,
            'follow_up_of', new.follow_up_of
        )
    );
    return null;
end;
$$;
comment on function private.record_new_ticket is 'Writes TICKET_CREATED.';

create function private.fields_among(fields jsonb, keys text[], is_among boolean) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_object_agg(field.key, field.value)
    from jsonb_each(fields) as field
    where (field.key = any (keys)) = is_among;
$$;
comment on function private.fields_among is
'Those fields of an object that are among some keys, or the others.';

create function private.record_changed_fields(
    ticket uuid, before jsonb, after jsonb, data_for_staff boolean
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    -- What the public does not see to change is an event of its own, which moves nothing for it.
    internal constant text[] := case when data_for_staff then '{skills,data}' else '{skills}' end;
    is_internal boolean;
begin
    foreach is_internal in array array[false, true] loop
        if exists (
            select from jsonb_object_keys(before) as changed (field)
            where (changed.field = any (internal)) = is_internal
        ) then
            perform private.record_event(
                ticket, 'TICKET_UPDATED',
                private.fields_among(before, internal, is_internal),
                private.fields_among(after, internal, is_internal),
                is_internal
            );
        end if;
    end loop;
end;
$$;
comment on function private.record_changed_fields is
'Writes TICKET_UPDATED: for everybody, and for those who read notes what they alone see, which are skills and, where nothing else in it changed, custom fields for staff.';

create function private.record_ticket_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    before constant jsonb
        := private.ticket_fields(old) || jsonb_build_object('skills', old.skills);
    after constant jsonb
        := private.ticket_fields(new) || jsonb_build_object('skills', new.skills);
begin
    -- The status first, so that whoever is assigned is notified of that and not of the opening, too.
    if (new.status, new.status_reason) is distinct from (old.status, old.status_reason) then
        perform private.record_event(
            new.id, 'TICKET_STATUS_CHANGED',
            jsonb_build_object(
                'status', old.status, 'category', old.status_category,
                'reason', old.status_reason
            ),
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
            jsonb_build_object(
                'assignee_id', new.assignee_id,
                'by', case
                    when new.assignee_id is not null
                        then nullif(current_setting('autocrm.assigned_by', true), '')
                end
            )
        );
    end if;
    if before <> after then
        perform private.record_changed_fields(
            new.id,
            private.changed_fields(before, after),
            private.changed_fields(after, before),
            case
                when new.data <> old.data
                    then new.data - private.staff_fields() = old.data - private.staff_fields()
            end
        );
    end if;
    return null;
end;
$$;
comment on function private.record_ticket_change is
'Writes TICKET_STATUS_CHANGED, TICKET_ASSIGNED and TICKET_UPDATED, as they apply.';

create function private.record_comment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- Without the body: events are permanent, and a comment may be redacted later.
    perform private.record_event(
        new.ticket_id, 'TICKET_COMMENTED', null,
        jsonb_build_object(
            'comment_id', new.id,
            'position', new.position, 'public_position', new.public_position,
            'author_id', new.author_id, 'by_staff', new.by_staff, 'visibility', new.visibility
        ),
        new.visibility = 'internal'
    );
    if cardinality(new.mentioned_people) + cardinality(new.mentioned_queues) > 0 then
        perform private.record_event(
            new.ticket_id, 'TICKET_MENTIONED', null,
            jsonb_build_object(
                'comment_id', new.id, 'position', new.position, 'author_id', new.author_id,
                'people', new.mentioned_people, 'queues', new.mentioned_queues
            ),
            true
        );
    end if;
    return null;
end;
$$;
comment on function private.record_comment is
'Writes TICKET_COMMENTED, and TICKET_MENTIONED for a note that names somebody.';

-- An event holds what a command changes in a ticket, so this counts every such change.
create trigger count_written_bytes
before insert on public.ticket_events
for each row when (
    coalesce(pg_column_size(new.before), 0) + coalesce(pg_column_size(new.after), 0) > 4096
)
execute function private.count_written_bytes('before', 'after');

create trigger record_new_ticket
after insert on public.tickets
for each row execute function private.record_new_ticket();

-- A redaction has an event of its own, which does not repeat what was redacted.
create trigger record_ticket_change
after update on public.tickets
for each row when (coalesce(current_setting('autocrm.redacted_text', true), '') = '')
execute function private.record_ticket_change();

create trigger record_comment
after insert on public.comments
for each row when (new.position > 1) execute function private.record_comment();

grant execute on function private.feed_horizon to authenticated;
