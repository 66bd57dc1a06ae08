-- Realtime: every event is broadcast to private topics, and each topic has one audience.
-- Broadcasts only update screens and may get lost; the event row is authoritative. Staff who may
-- read the notes of a ticket see who is viewing it and typing, by Presence on its internal topic.
-- Presence is what clients report of themselves, unchecked; replies are protected by leases.
--
-- Realtime asks who may listen when a topic is joined and when a token is renewed, and never when
-- a message is sent. So a topic gets another name when somebody loses the right to it: who stays
-- on the old name hears nothing more. Who still has the right hears that the names changed, and
-- asks for them; see api.list_topics.

-- Names of topics ------------------------------------------------------------

create table private.topic_epochs (
    scope_id uuid primary key,
    epoch integer not null
);
comment on table private.topic_epochs is
'How often somebody lost a right to a ticket, queue or organization, or a person to their own topic; without a row, never. Rows outlive what they are about, because no name may come back.';
comment on column private.topic_epochs.scope_id is
'The ticket, queue, organization or person.';
comment on column private.topic_epochs.epoch is 'The number of such changes.';

create function private.topic_name(base text, scopes uuid[]) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    -- Hashed together, because a sum of epochs would bring old names back when a ticket moves.
    return base || coalesce((
        select
            ':' || left(encode(sha256(convert_to(
                string_agg(scope_id || ' ' || epoch, ',' order by scope_id), 'UTF8'
            )), 'hex'), 16)
        from private.topic_epochs
        where scope_id = any (scopes)
    ), '');
end;
$$;
comment on function private.topic_name is
'The current name of a topic that depends on these scopes: plain until the first of them changes, and then with a suffix that never comes again.';

create function private.user_topic(person uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.topic_name('user:' || person, array[person]);
end;
$$;
comment on function private.user_topic is 'The topic of one person, user:<id>.';

create function private.queue_topic(queue uuid, internal boolean) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.topic_name(
        'queue:' || queue || case when internal then ':internal' else '' end, array[queue]
    );
end;
$$;
comment on function private.queue_topic is
'The topic of those who read a queue, queue:<id>, or of those who read its notes, queue:<id>:internal.';

create function private.ticket_topic(ticket public.tickets, internal boolean) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    if internal then
        return private.topic_name(
            'ticket:' || ticket.id || ':internal', array[ticket.id, ticket.queue_id]
        );
    end if;
    return private.topic_name(
        'ticket:' || ticket.id,
        array[ticket.id, ticket.queue_id, ticket.organization_id, ticket.requester_id]
    );
end;
$$;
comment on function private.ticket_topic is
'The topic of those who see a ticket, ticket:<id>, or of those who read its notes, ticket:<id>:internal.';

-- Broadcast ------------------------------------------------------------------

create function private.event_messages(event public.ticket_events)
returns table (topic text, payload jsonb)
language plpgsql stable security definer rows 6 set search_path = ''
as $$
declare
    ticket public.tickets;
    audiences constant boolean[] := case
        when event.is_internal then array[true] else array[false, true]
    end;
    names constant jsonb := private.names_in_events(array[event]);
    for_public constant jsonb := private.named_event_json(event, false, names);
    for_internal constant jsonb := private.named_event_json(event, true, names);
    former_queue constant uuid := event.before ->> 'queue_id';
    concerned uuid[];
begin
    select * into ticket from public.tickets where id = event.ticket_id;
    concerned := array[
        ticket.requester_id, ticket.assignee_id, (event.before ->> 'assignee_id')::uuid
    ] || array(
        select followers.person_id from public.ticket_followers as followers
        where followers.ticket_id = ticket.id
    );
    return query
    select
        sent.topic,
        case when sent.internal then for_internal else for_public end || sent.instead
    from (
        select private.ticket_topic(ticket, internal), internal, '{}'::jsonb
        from unnest(audiences) as audience (internal)
        union all
        select private.queue_topic(ticket.queue_id, internal), internal, '{}'
        from unnest(audiences) as audience (internal)
        union all
        -- That it left, and where to; what the ticket says is no longer theirs.
        select
            private.queue_topic(former_queue, internal),
            internal,
            jsonb_build_object(
                'before', jsonb_build_object('queue_id', former_queue),
                'after', jsonb_build_object('queue_id', event.after -> 'queue_id')
            )
        from unnest(audiences) as audience (internal)
        where former_queue is not null
        union all
        select private.user_topic(seeing.person_id), seeing.reads_notes, '{}'
        from private.people_who_see(ticket, concerned) as seeing
        where seeing.reads_notes or not event.is_internal
    ) as sent (topic, internal, instead);
end;
$$;
comment on function private.event_messages is
'Where an event is broadcast, and what: to its ticket and queue, to the queue it left, and to the people concerned who may see it now. Each audience gets its own form: an internal topic every event, and the topic beside it those that are not internal.';

create function private.broadcast_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform realtime.send(messages.payload, new.type, messages.topic, true)
    from private.event_messages(new) as messages;
    return null;
end;
$$;
comment on function private.broadcast_event is 'Broadcasts a new event to its topics.';

create trigger broadcast_event
after insert on public.ticket_events
for each row execute function private.broadcast_event();

-- When a right ends ----------------------------------------------------------

create function private.change_topics(scopes uuid[]) returns void
language sql security definer set search_path = ''
as $$
    -- In order of id, so that two changes at once never deadlock.
    with changed as (
        insert into private.topic_epochs (scope_id, epoch)
        select distinct given.id, 1
        from unnest(change_topics.scopes) as given (id)
        where given.id is not null
        order by given.id
        on conflict (scope_id) do update set epoch = topic_epochs.epoch + 1
        returning scope_id
    )

    select realtime.send(
        jsonb_build_object('scope_id', changed.scope_id, 'spread_ms', 5000),
        'TOPICS_CHANGED', 'topics:' || changed.scope_id, true
    )
    from changed;
$$;
comment on function private.change_topics is
'Gives the topics that depend on some tickets, queues, organizations or people new names, and broadcasts that to whoever watches topics:<id>: one message each, however many listen.';

create function private.change_topics_of_former_members() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(array(select queue_id from old_rows));
    return null;
end;
$$;
comment on function private.change_topics_of_former_members is
'Who leaves a queue no longer listens to it.';

create trigger change_topics_of_former_members
after delete on public.queue_members
referencing old table as old_rows
for each statement execute function private.change_topics_of_former_members();

create function private.change_topics_of_ticket() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(array[new.id]);
    return null;
end;
$$;
comment on function private.change_topics_of_ticket is
'Who saw a ticket by its former queue, organization or requester no longer listens to it.';

-- By name before record_ticket_change, whose event goes to the new topics.
create trigger change_topics_of_ticket
after update on public.tickets
for each row when (
    (new.queue_id, new.organization_id, new.requester_id)
    is distinct from (old.queue_id, old.organization_id, old.requester_id)
)
execute function private.change_topics_of_ticket();

create function private.change_topics_of_lost_rights() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    people uuid[];
    permissions text[];
begin
    if tg_table_name = 'person_roles' then
        select array_agg(old_rows.person_id), array_agg(role_permissions.permission)
        into people, permissions
        from old_rows
        inner join public.role_permissions using (role);
    else
        select array_agg(person_roles.person_id), array_agg(old_rows.permission)
        into people, permissions
        from old_rows
        inner join public.person_roles using (role);
    end if;
    perform private.change_topics(array(
        with lost as (
            select former.person_id, former.permission
            from unnest(people, permissions) as former (person_id, permission)
            where former.permission in ('tickets.read', 'tickets.read_all', 'tickets.note')
            except
            select held.person_id, held.permission from private.held_permissions as held
            where held.person_id = any (people)
        )

        select queue_members.queue_id
        from lost
        inner join public.queue_members on queue_members.person_id = lost.person_id
        union
        select queues.id
        from public.queues
        where exists (
            select
            from lost
            where lost.permission = 'tickets.read_all'
                or (
                    lost.permission = 'tickets.note'
                    and private.person_has_permission(lost.person_id, 'tickets.read_all')
                )
        )
    ));
    return null;
end;
$$;
comment on function private.change_topics_of_lost_rights is
'Who loses the right to read tickets or notes, with a role or with what it allows, no longer listens to the queues in which they had it. Their own topic stays: its messages ask what they may see.';

create trigger change_topics_of_lost_rights
after delete on public.person_roles
referencing old table as old_rows
for each statement execute function private.change_topics_of_lost_rights();

create trigger change_topics_of_lost_rights
after delete on public.role_permissions
referencing old table as old_rows
for each statement execute function private.change_topics_of_lost_rights();

create function private.change_topics_of_organization() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(array[old.id]);
    return null;
end;
$$;
comment on function private.change_topics_of_organization is
'When an organization stops sharing, its people no longer listen to one another''s tickets.';

create trigger change_topics_of_organization
after update on public.organizations
for each row when (old.shares_tickets and not new.shares_tickets)
execute function private.change_topics_of_organization();

create function private.change_topics_of_former_colleague() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(array[
        old.organization_id, case tg_op when 'DELETE' then old.id end
    ]);
    return null;
end;
$$;
comment on function private.change_topics_of_former_colleague is
'Who leaves an organization no longer listens to its tickets, and who is gone to nothing.';

create trigger change_topics_of_former_colleague
after update on public.people
for each row when (old.organization_id is distinct from new.organization_id)
execute function private.change_topics_of_former_colleague();

create trigger change_topics_of_deleted_person
after delete on public.people
for each row execute function private.change_topics_of_former_colleague();

create function private.change_topics_of_former_follower() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(array[old.ticket_id]);
    return null;
end;
$$;
comment on function private.change_topics_of_former_follower is
'Who saw a ticket by following it no longer listens to it.';

create trigger change_topics_of_former_follower
after delete on public.ticket_followers
for each row when (old.grants_access)
execute function private.change_topics_of_former_follower();

create function private.change_all_topics_of(person uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(
        person
        || array(select private.readable_queues_of(person))
        || array(select private.shared_organizations_of(person))
        || array(
            select readers.ticket_id from private.ticket_readers as readers
            where readers.person_id = person
        )
    );
end;
$$;
comment on function private.change_all_topics_of is 'Somebody listens to nothing more.';

create function private.change_topics_of_locked_out() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_all_topics_of(accounts.person_id)
    from private.accounts
    where accounts.user_id = new.id;
    return null;
end;
$$;
comment on function private.change_topics_of_locked_out is
'Who is banned or deleted in Auth listens to nothing more.';

create function private.change_topics_of_leaver() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_all_topics_of((to_jsonb(old) ->> tg_argv[0])::uuid);
    return null;
end;
$$;
comment on function private.change_topics_of_leaver is
'Who is deactivated or has lost their account listens to nothing more; the argument names the column of the person.';

create trigger change_topics_of_locked_out
after update of banned_until, deleted_at on auth.users
for each row when (
    new.banned_until > now() and new.banned_until is distinct from old.banned_until
    or new.deleted_at is not null and old.deleted_at is null
)
execute function private.change_topics_of_locked_out();

-- By name before end_work, which takes away the queues that they listen to.
create trigger change_topics_of_leaver
after delete or update of person_id on private.accounts
for each row execute function private.change_topics_of_leaver('person_id');

create trigger change_topics_of_leaver
after update of deactivated_at on public.people
for each row when (old.deactivated_at is null and new.deactivated_at is not null)
execute function private.change_topics_of_leaver('id');

create function private.change_topics_of_ended_sessions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.change_topics(array(
        select accounts.person_id
        from old_rows
        inner join private.accounts on accounts.user_id = old_rows.user_id
    ));
    return null;
end;
$$;
comment on function private.change_topics_of_ended_sessions is
'A session that is signed out no longer listens to its person''s own topic. It may listen to what this person may see until its token expires, because others would have to join again each time somebody signs out.';

create trigger change_topics_of_ended_sessions
after delete on auth.sessions
referencing old table as old_rows
for each statement execute function private.change_topics_of_ended_sessions();

-- When a right begins ---------------------------------------------------------

create function private.announce_new_topics() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    reading constant text[] := '{tickets.read,tickets.read_all,tickets.note}';
    people uuid[];
begin
    if tg_table_name = 'role_permissions' then
        select array_agg(distinct person_roles.person_id) into people
        from new_rows
        inner join public.person_roles using (role)
        where new_rows.permission = any (reading);
    elsif tg_table_name = 'person_roles' then
        select array_agg(distinct new_rows.person_id) into people
        from new_rows
        inner join public.role_permissions using (role)
        where role_permissions.permission = any (reading);
    else
        select array_agg(distinct new_rows.person_id) into people from new_rows;
    end if;
    perform realtime.send(
        jsonb_build_object('scope_id', person, 'spread_ms', 5000),
        'TOPICS_CHANGED', 'topics:' || person, true
    )
    from unnest(people) as person;
    return null;
end;
$$;
comment on function private.announce_new_topics is
'Whoever joins a queue, or gains the right to read tickets or notes, is told on their own notice that there is more to listen to; no topic gets another name.';

create trigger announce_new_topics
after insert on public.queue_members
referencing new table as new_rows
for each statement execute function private.announce_new_topics();

create trigger announce_new_topics
after insert on public.person_roles
referencing new table as new_rows
for each statement execute function private.announce_new_topics();

create trigger announce_new_topics
after insert on public.role_permissions
referencing new table as new_rows
for each statement execute function private.announce_new_topics();

-- Access to topics -----------------------------------------------------------

create function private.topics_of_queues(person uuid, queues uuid[])
returns table (topic text, internal boolean)
language plpgsql stable security definer rows 10 set search_path = ''
as $$
begin
    return query
    select private.queue_topic(readers.queue_id, false), false
    from private.queue_readers as readers
    where readers.person_id = person and readers.queue_id = any (queues)
    union all
    select private.queue_topic(readers.queue_id, true), true
    from private.note_readers as readers
    where readers.person_id = person and readers.queue_id = any (queues);
end;
$$;
comment on function private.topics_of_queues is
'The topics of some queues that a person may join.';

create function private.topics_of_ticket(person uuid, ticket uuid)
returns table (topic text, internal boolean)
language plpgsql stable security definer rows 2 set search_path = ''
as $$
begin
    return query
    select private.ticket_topic(tickets, audience.internal), audience.internal
    from public.tickets
    cross join lateral private.people_who_see(tickets, array[person]) as seeing
    cross join unnest(array[false, true]) as audience (internal)
    where tickets.id = ticket and (seeing.reads_notes or not audience.internal);
end;
$$;
comment on function private.topics_of_ticket is 'The topics of a ticket that a person may join.';

create function private.notices_for(person uuid) returns setof uuid
language plpgsql stable security definer rows 10 set search_path = ''
as $$
begin
    return query
    select person
    union all
    select queues.id
    from private.readable_queues_of(person) as readable (id)
    inner join public.queues on queues.id = readable.id
    where queues.archived_at is null
    union all
    select private.shared_organizations_of(person);
end;
$$;
comment on function private.notices_for is
'The scopes whose notices a person always listens to: themselves, their queues, and their organization if it shares.';

create function private.may_hear_notices(person uuid, scope uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    read_queues constant uuid[] := array(select private.readable_queues_of(person));
    shared constant uuid[] := array(select private.shared_organizations_of(person));
    followed constant uuid[] := array(
        select readers.ticket_id from private.ticket_readers as readers
        where readers.person_id = person
    );
begin
    -- The names of a ticket's topics depend on its queue, organization and requester, so whoever
    -- sees a ticket listens to theirs. Each look is a short scan of an index: of the tickets
    -- of the scope or, where those may be many, of the few of them that this person sees.
    return scope in (select private.notices_for(person))
        or exists (
            select from public.tickets
            where id = scope
                and private.may_see_ticket(
                    id, queue_id, requester_id, organization_id,
                    person, read_queues, shared, followed
                )
        )
        or exists (
            select from public.tickets
            where requester_id = scope
                and private.may_see_ticket(
                    id, queue_id, requester_id, organization_id,
                    person, read_queues, shared, followed
                )
        )
        or exists (
            select from public.tickets
            where requester_id = person and scope in (queue_id, organization_id)
        )
        or exists (
            select from public.tickets
            where id = any (followed) and scope in (queue_id, organization_id, requester_id)
        )
        or exists (
            select from public.tickets
            where organization_id = any (shared) and queue_id = scope
        )
        or exists (
            select from public.tickets
            where organization_id = scope and queue_id = any (read_queues)
        )
        or scope = any (read_queues) and exists (
            select from public.tickets where queue_id = scope
        );
end;
$$;
comment on function private.may_hear_notices is
'Whether a person may listen to the notices of a ticket, queue, organization or person: those that api.list_topics names, always or for a ticket that they see.';

create function private.may_join_topic(topic text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    me uuid;
    scope uuid;
begin
    me := private.caller();
    scope := split_part(topic, ':', 2);
    return me is not null and case split_part(topic, ':', 1)
        when 'user' then scope = me and topic = private.user_topic(me)
        when 'topics' then topic = 'topics:' || scope and private.may_hear_notices(me, scope)
        when 'queue' then topic in (
            select joined.topic from private.topics_of_queues(me, array[scope]) as joined
        )
        when 'ticket' then topic in (
            select joined.topic from private.topics_of_ticket(me, scope) as joined
        )
        else false
    end;
exception
    when invalid_text_representation or sqlstate 'PT401' then
        return false;
end;
$$;
comment on function private.may_join_topic is
'Whether the caller may join a topic: one of their own, of a queue or of a ticket, by its current name; or the notices of what they may see, topics:<id>.';

create policy "people listen to what they may see" on realtime.messages
for select to authenticated using (
    extension = 'broadcast' and (select private.may_join_topic((select realtime.topic())))
);

-- Presence -------------------------------------------------------------------

create policy "staff of the queue see who is viewing a ticket" on realtime.messages
for select to authenticated using (
    extension = 'presence'
    and (select realtime.topic()) like 'ticket:%:internal%'
    and (select private.may_join_topic((select realtime.topic())))
);

create policy "staff of the queue report that they are viewing a ticket" on realtime.messages
for insert to authenticated with check (
    extension = 'presence'
    and (select realtime.topic()) like 'ticket:%:internal%'
    and (select private.may_join_topic((select realtime.topic())))
);

-- Which topics to join -------------------------------------------------------

create function api.list_topics(ticket text default null)
returns table (topic text, kind text, internal boolean)
language plpgsql stable security definer rows 10 set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    target public.tickets;
    scopes uuid[];
begin
    -- Notices first: who joins in this order hears of every change after joining the rest.
    if ticket is null then
        scopes := array(select private.notices_for(me));
        return query
        select 'topics:' || scope.id, 'notice', false
        from unnest(scopes) as scope (id)
        union all
        select private.user_topic(me), 'user', false
        union all
        select
            private.queue_topic(readers.queue_id, reads_notes), 'queue', reads_notes
        from private.queue_readers as readers
        cross join lateral private.can_read_notes(me, readers.queue_id) as reads_notes
        where readers.person_id = me and readers.queue_id = any (scopes);
    else
        target := private.find_visible_ticket(ticket);
        return query
        select 'topics:' || scope.id, 'notice', false
        from unnest(array[
            target.id, target.queue_id, target.organization_id, target.requester_id
        ]) as scope (id)
        where scope.id is not null
        union all
        select private.ticket_topic(target, reads_notes), 'ticket', reads_notes
        from private.can_read_notes(me, target.queue_id) as reads_notes;
    end if;
end;
$$;
comment on function api.list_topics is
'The topics that the caller should join, by their current names: their own and those of their queues, or those of one ticket; first the notices that say when to ask again. PT404.';

grant execute on function private.may_join_topic, api.list_topics to authenticated;
