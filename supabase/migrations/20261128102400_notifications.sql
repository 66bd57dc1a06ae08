-- Notifications: a reaction to each event adds it to the notification lists and the emails of
-- the people concerned, by their preferences.

create table public.notification_preferences (
    person_id uuid not null references public.people (id) on delete cascade,
    type text not null references private.event_types (type),
    in_app boolean not null,
    email boolean not null,
    primary key (person_id, type)
);
comment on table public.notification_preferences is
'Notification preferences, where they differ from the defaults in private.event_types.';
comment on column public.notification_preferences.person_id is 'The person.';
comment on column public.notification_preferences.type is 'The type of event.';
comment on column public.notification_preferences.in_app is 'Whether such events are listed.';
comment on column public.notification_preferences.email is 'Whether such events are sent by email.';
create index notification_preferences_type on public.notification_preferences (type);

create table private.queue_notification_preferences (
    queue_id uuid not null,
    person_id uuid not null,
    in_app boolean not null,
    email boolean not null,
    primary key (queue_id, person_id),
    -- Whoever leaves the queue hears nothing more of it, also after coming back.
    constraint queue_notification_preferences_member
    foreign key (queue_id, person_id) references public.queue_members (queue_id, person_id)
    on delete cascade
);
comment on table private.queue_notification_preferences is
'Members of queues who are notified of new tickets in them; nobody else is.';
comment on column private.queue_notification_preferences.queue_id is 'The queue.';
comment on column private.queue_notification_preferences.person_id is 'The member.';
comment on column private.queue_notification_preferences.in_app is 'Whether new tickets are listed.';
comment on column private.queue_notification_preferences.email is 'Whether new tickets are sent by email.';

create table public.notifications (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.people (id) on delete cascade,
    event_id uuid not null references public.ticket_events (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    type text not null,
    actor_id uuid references public.people (id) on delete set null,
    created_at timestamptz not null default clock_timestamp(),
    read_at timestamptz,
    constraint notifications_once unique (event_id, person_id)
);
comment on table public.notifications is 'The notification list of each person; one row a person and event.';
comment on column public.notifications.id is 'Identity.';
comment on column public.notifications.person_id is 'The recipient.';
comment on column public.notifications.event_id is 'The event.';
comment on column public.notifications.ticket_id is 'The ticket.';
comment on column public.notifications.type is 'The type of the event.';
comment on column public.notifications.actor_id is 'Who did it; null for the system.';
comment on column public.notifications.created_at is 'When the notification was created.';
comment on column public.notifications.read_at is 'When it was read; null while unread.';
create index notifications_person on public.notifications (person_id, created_at, id);
create index notifications_unread on public.notifications (person_id, created_at, id)
where read_at is null;
comment on index public.notifications_unread is 'Serves the unread list and count; equals their predicate.';
create index notifications_ticket on public.notifications (ticket_id);
create index notifications_actor on public.notifications (actor_id);
create index notifications_read on public.notifications (read_at) where read_at is not null;
comment on index public.notifications_read is 'Serves the deletion of old notifications.';

alter table public.notifications enable row level security;
alter table public.notification_preferences enable row level security;
grant select on public.notifications, public.notification_preferences
to authenticated, service_role;

create policy "people see notifications of events they may still see" on public.notifications
for select to authenticated using (
    person_id = (select private.caller())
    and event_id = (
        select ticket_events.id
        from public.ticket_events
        where ticket_events.id = notifications.event_id
    )
);

create policy "people see their own preferences" on public.notification_preferences
for select to authenticated using (person_id = (select private.caller()));

create view private.notifications_expired as
select
    id,
    read_at
from public.notifications
where read_at < now() - interval '90 days';
comment on view private.notifications_expired is 'Notifications that are to be deleted.';

create function private.broadcast_notification() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object('id', new.id, 'ticket_id', new.ticket_id, 'type', new.type),
        'NOTIFICATION_CREATED', private.user_topic(new.person_id), true
    );
    return null;
end;
$$;
comment on function private.broadcast_notification is 'Broadcasts a new notification to its recipient.';

create trigger broadcast_notification
after insert on public.notifications
for each row execute function private.broadcast_notification();

-- Queries and commands -------------------------------------------------------

create function private.count_unread() returns bigint
language sql stable set search_path = ''
as $$
    select count(*)
    from (
        select
        from public.notifications
        where person_id = (select private.caller()) and read_at is null
        limit 1000
    ) as unread;
$$;
comment on function private.count_unread is
'Number of unread notifications that the caller may still see, counted up to 1,000.';

create function api.list_notifications(
    only_unread boolean default false, after jsonb default null, page_size integer default 50
) returns json
language plpgsql stable set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    notices json[];
    sort_keys jsonb[];
    page record;
begin
    -- Composed text, so that the planner can prove that the partial index covers the query.
    execute format(
        $sql$
            select
                array_agg(to_json(page) order by page.created_at desc, page.id desc),
                array_agg(
                    jsonb_build_array(page.created_at, page.id)
                    order by page.created_at desc, page.id desc
                )
            from (
                select
                    notices.id, notices.event_id, notices.ticket_id, notices.type,
                    notices.actor_id, notices.created_at, notices.read_at,
                    tickets.number as ticket_number,
                    tickets.subject as ticket_subject,
                    people.name as actor_name
                from public.notifications as notices
                inner join public.tickets on tickets.id = notices.ticket_id
                left join public.people on people.id = notices.actor_id
                where notices.person_id = $1 and %s and %s
                order by notices.created_at desc, notices.id desc
                limit $3
            ) as page
        $sql$,
        case when only_unread then 'notices.read_at is null' else 'true' end,
        case
            when after is null then 'true'
            else '(notices.created_at, notices.id) < (($2 ->> 0)::timestamptz, ($2 ->> 1)::uuid)'
        end
    ) into notices, sort_keys using me, after, private.page_limit(page_size) + 1;
    select * into page from private.page_of(notices, sort_keys, page_size);
    return json_build_object(
        'items', page.items, 'next', page.next, 'unread', private.count_unread()
    );
end;
$$;
comment on function api.list_notifications is
'A page of the notifications of the caller, newest first after a cursor: items, the cursor of the next page, null at the end, and the number of all unread ones, counted up to 1,000.';

create function private.set_notifications_read(
    ids uuid[], up_to uuid, idempotency_key text
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    last public.notifications;
begin
    if (ids is null) = (up_to is null)
    or cardinality(ids) not between 1 and 100
    or array_position(ids, null) is not null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Send either 1 to 100 ids, or up_to.';
    end if;
    if private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'mark_notifications_read', 'ids', ids, 'up_to', up_to)
    ) is not null then
        return;
    end if;
    if up_to is not null then
        select * into last from public.notifications where id = up_to and person_id = me;
        if last.id is null then
            raise sqlstate 'PT404' using
                message = 'not-found', detail = 'There is no such notification of yours.';
        end if;
    end if;
    update public.notifications
    set read_at = now()
    where person_id = me and read_at is null
        and (id = any (ids) or (created_at, id) <= (last.created_at, last.id));
    perform private.store_response(idempotency_key, '{}');
end;
$$;
comment on function private.set_notifications_read is
'Marks notifications of the caller as read: these, or all up to one. Those of others are ignored. PT404, PT422.';

create function api.mark_notifications_read(
    ids uuid[] default null, up_to uuid default null, idempotency_key text default null
) returns jsonb
language plpgsql set search_path = ''
as $$
begin
    perform private.set_notifications_read(ids, up_to, idempotency_key);
    return jsonb_build_object('unread', private.count_unread());
end;
$$;
comment on function api.mark_notifications_read is
'Marks notifications as read: these, or all up to one. Returns how many are unread.';

create function api.get_notification_preferences()
returns table (type text, in_app boolean, email boolean)
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
begin
    return query
    select
        defaults.type,
        coalesce(own.in_app, defaults.in_app),
        coalesce(own.email, defaults.email)
    from private.event_types as defaults
    left join public.notification_preferences as own
        on own.type = defaults.type and own.person_id = me
    order by defaults.type;
end;
$$;
comment on function api.get_notification_preferences is
'The notification preferences of the caller for each type of event, including defaults.';

create function api.set_notification_preferences(preferences jsonb)
returns table (type text, in_app boolean, email boolean)
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
begin
    if jsonb_typeof(preferences) is distinct from 'array' or jsonb_array_length(preferences) > 50
    then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Send a list of 50 preferences at most.';
    end if;
    perform private.require_fields(
        preference.value, '{"type": "string", "in_app": "boolean", "email": "boolean"}'
    ) from jsonb_array_elements(preferences) as preference (value);
    if exists (
        select from jsonb_to_recordset(preferences) as preference (type text)
        group by preference.type
        having count(*) > 1
            or not coalesce(
                preference.type in (select known.type from private.event_types as known), false
            )
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Name types of events, each once.';
    end if;
    -- The lock keeps concurrent requests of one person from mixing their rows.
    perform from public.people where id = me for no key update;
    delete from public.notification_preferences as own where own.person_id = me;
    insert into public.notification_preferences as own (person_id, type, in_app, email)
    select me, preference.type, preference.in_app, preference.email
    from jsonb_to_recordset(preferences) as preference (
        type text, in_app boolean, email boolean
    );
    return query select * from api.get_notification_preferences();
end;
$$;
comment on function api.set_notification_preferences is
'Replaces the preferences of the caller by [{type, in_app, email}]; other types have their defaults again.';

create function private.queue_preference_json(queue uuid, person uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'in_app', coalesce(bool_or(own.in_app), false),
        'email', coalesce(bool_or(own.email), false)
    )
    from private.queue_notification_preferences as own
    where own.queue_id = queue_preference_json.queue
        and own.person_id = queue_preference_json.person;
$$;
comment on function private.queue_preference_json is
'How a person is notified of new tickets in a queue: not at all, unless they asked for it.';

create function api.get_queue_notifications(queue text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.queues := private.find_readable_queue(queue);
begin
    return private.queue_preference_json(target.id, private.caller());
end;
$$;
comment on function api.get_queue_notifications is
'How the caller is notified of new tickets in a queue: in_app and email.';

create function api.set_queue_notifications(queue text, in_app boolean, email boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    target constant public.queues := private.find_readable_queue(queue);
begin
    if in_app is null or email is null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Say of in_app and of email whether they are wished.';
    end if;
    -- The lock meets whoever ends the membership at this moment.
    perform from public.queue_members
    where queue_id = target.id and person_id = me for key share;
    if not found then
        raise sqlstate 'PT403' using
            message = 'not-a-member',
            detail = 'Members of a queue alone are notified of its new tickets.';
    end if;
    insert into private.queue_notification_preferences as own (
        queue_id, person_id, in_app, email
    )
    values (
        target.id, me, set_queue_notifications.in_app, set_queue_notifications.email
    )
    on conflict (queue_id, person_id)
    do update set in_app = excluded.in_app, email = excluded.email;
    return private.queue_preference_json(target.id, me);
end;
$$;
comment on function api.set_queue_notifications is
'Sets how the caller is notified of new tickets in a queue that they are a member of; PT403 not-a-member.';

-- The reaction ---------------------------------------------------------------

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
'The assignee of a ticket right after an event: the one whom the next TICKET_ASSIGNED replaced, or else the current one. Later assignees are not notified of earlier events.';

create function private.mentioned_people(event public.ticket_events) returns setof uuid
language sql stable security definer rows 5 set search_path = ''
as $$
    select unnest(comments.mentioned_people)
    from public.comments
    where comments.id = ((mentioned_people.event).after ->> 'comment_id')::uuid
        and (mentioned_people.event).type in ('TICKET_COMMENTED', 'TICKET_MENTIONED')
    union
    select queue_members.person_id
    from public.comments
    inner join public.queue_members on queue_members.queue_id = any (comments.mentioned_queues)
    where comments.id = ((mentioned_people.event).after ->> 'comment_id')::uuid
        and (mentioned_people.event).type in ('TICKET_COMMENTED', 'TICKET_MENTIONED');
$$;
comment on function private.mentioned_people is
'Whom the comment of an event names: people, and the members that the queues which it names have by now.';

create function private.recipients(event public.ticket_events)
returns table (person_id uuid, in_app boolean, email boolean)
language sql security definer set search_path = ''
as $$
    with ticket as (
        select
            tickets.requester_id,
            tickets.queue_id
        from public.tickets where tickets.id = (recipients.event).ticket_id
    ),

    concerned as (
        select ticket.requester_id as id from ticket
        union
        select private.assignee_then(recipients.event)
        union
        select ((recipients.event).before ->> 'assignee_id')::uuid
        union
        select ticket_followers.person_id
        from public.ticket_followers
        where ticket_followers.ticket_id = (recipients.event).ticket_id
            and ticket_followers.since <= (recipients.event).occurred_at
        union
        select private.mentioned_people(recipients.event)
    ),

    reasons (person_id, in_app, email) as (
        select
            concerned.id,
            coalesce(own.in_app, defaults.in_app, true),
            coalesce(own.email, defaults.email, false)
        from concerned
        left join private.event_types as defaults on defaults.type = (recipients.event).type
        left join public.notification_preferences as own
            on own.person_id = concerned.id and own.type = (recipients.event).type
        where concerned.id is distinct from (recipients.event).actor_id
            -- These concern nobody but whom they name; and whoever is named hears of that.
            and case
                when (recipients.event).type in (
                    'TICKET_FOLLOWER_ADDED', 'TICKET_FOLLOWER_REMOVED'
                ) then concerned.id::text = (recipients.event).after ->> 'person_id'
                when (recipients.event).type in ('TICKET_COMMENTED', 'TICKET_MENTIONED')
                    then (
                        (recipients.event).type = 'TICKET_MENTIONED'
                    ) = (concerned.id in (select private.mentioned_people(recipients.event)))
                else true
            end
        union all
        -- Members of the queue in which a new ticket stands by now, if they wish it.
        select members.person_id, members.in_app, members.email
        from ticket
        inner join private.queue_notification_preferences as members
            on members.queue_id = ticket.queue_id
        where (recipients.event).type = 'TICKET_CREATED'
            and members.person_id is distinct from (recipients.event).actor_id
        union all
        -- The confirmation, unless the requester wants no email about new tickets.
        select ticket.requester_id, false, coalesce(own.email, true)
        from ticket
        inner join private.settings on settings.confirm_new_tickets
        left join public.notification_preferences as own
            on own.person_id = ticket.requester_id and own.type = (recipients.event).type
        where (recipients.event).type = 'TICKET_CREATED'
            and ticket.requester_id = (recipients.event).actor_id
    )

    select
        seeing.person_id,
        bool_or(reasons.in_app),
        -- A machine user has no mailbox.
        bool_or(reasons.email and people.kind = 'human')
    from public.tickets
    cross join lateral private.people_who_see(
        tickets, array(select reasons.person_id from reasons)
    ) as seeing
    inner join reasons on reasons.person_id = seeing.person_id
    inner join public.people on people.id = seeing.person_id
    where tickets.id = (recipients.event).ticket_id
        and (seeing.reads_notes or not (recipients.event).is_internal)
    group by seeing.person_id;
$$;
comment on function private.recipients is
'The recipients of an event, and how each is notified: requester, assignee before and after, and followers at its time, without the actor; whoever a note names hears of that instead; who is made to follow hears of it alone; of a new ticket also the members of its queue who wish it, and the requester if the setting confirm_new_tickets is on. Never people who may not see it now.';

create function api.notify_people(event uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    event_row public.ticket_events;
    recipient record;
begin
    if not private.begin_reaction(event, 'notify_people') then
        return false;
    end if;
    select * into event_row from public.ticket_events as events where events.id = event;
    -- In order of id, so that two events of a ticket never deadlock.
    for recipient in
        select * from private.recipients(event_row) as people order by people.person_id
    loop
        if recipient.in_app then
            insert into public.notifications (person_id, event_id, ticket_id, type, actor_id)
            values (
                recipient.person_id, event_row.id, event_row.ticket_id, event_row.type,
                event_row.actor_id
            )
            on conflict do nothing;
        end if;
        if recipient.email then
            perform private.add_event_to_email(recipient.person_id, event_row);
        end if;
    end loop;
    return true;
end;
$$;
comment on function api.notify_people is
'The reaction that notifies people of an event, once; false when it was done before.';

grant execute on function
private.count_unread,
api.list_notifications,
private.set_notifications_read,
api.mark_notifications_read,
api.get_notification_preferences, api.set_notification_preferences,
api.get_queue_notifications, api.set_queue_notifications
to authenticated;
grant execute on function api.notify_people to service_role;
