-- Notifications: a reaction to each event adds it to the notification lists and the emails of
-- the people concerned, by their preferences.

create table public.notification_preferences (
    person_id uuid not null references public.profiles (id) on delete cascade,
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

create table public.notifications (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.profiles (id) on delete cascade,
    event_id uuid not null references public.ticket_events (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    type text not null,
    actor_id uuid references public.profiles (id) on delete set null,
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
        'NOTIFICATION_CREATED', 'user:' || new.person_id, true
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
) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    items jsonb;
begin
    -- Composed text, so that the planner can prove that the partial index covers the query.
    execute format(
        $sql$
            select jsonb_agg(to_jsonb(page) order by page.created_at desc, page.id desc)
            from (
                select
                    notices.id, notices.event_id, notices.ticket_id, notices.type,
                    notices.actor_id, notices.created_at, notices.read_at,
                    tickets.number as ticket_number,
                    tickets.subject as ticket_subject,
                    profiles.name as actor_name
                from public.notifications as notices
                inner join public.tickets on tickets.id = notices.ticket_id
                left join public.profiles on profiles.id = notices.actor_id
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
    ) into items using me, after, page_size;
    return jsonb_build_object(
        'items', coalesce(items, '[]'), 'unread', private.count_unread()
    );
end;
$$;
comment on function api.list_notifications is
'A page of the notifications of the caller, newest first after a cursor, and the number of all unread ones, counted up to 1,000.';

create function private.set_notifications_read(
    ids uuid[], up_to uuid, idempotency_key text
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    last public.notifications;
begin
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
'Marks notifications of the caller as read: these, or all up to one. Those of others are ignored.';

create function api.mark_notifications_read(
    ids uuid[] default null, up_to uuid default null, idempotency_key text default null
) returns jsonb
language plpgsql set search_path = ''
as $$
begin
    if (ids is null) = (up_to is null)
    or cardinality(ids) not between 1 and 100
    or array_position(ids, null) is not null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Send either 1 to 100 ids, or up_to.';
    end if;
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
    perform from public.profiles where id = me for no key update;
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

-- The reaction ---------------------------------------------------------------

create function private.impersonate(person uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
    previous_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
begin
    perform set_config(
        'request.jwt.claims',
        jsonb_build_object('sub', person, 'aud', 'authenticated')::text,
        true
    );
    return previous_claims;
end;
$$;
comment on function private.impersonate is
'Makes a person the caller, so that the same predicates decide what they may see; returns the claims to pass to private.stop_impersonating. Granted to nobody.';

create function private.stop_impersonating(previous_claims text) returns void
language sql security definer set search_path = ''
as $$
    select set_config('request.jwt.claims', previous_claims, true);
$$;
comment on function private.stop_impersonating is 'Restores the caller of before private.impersonate.';

create function private.may_see_event(person uuid, event public.ticket_events) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    previous_claims constant text := private.impersonate(person);
    visible constant boolean := private.sees_ticket(event.ticket_id) and (
        not event.is_internal or private.can_read_notes(
            person, (select queue_id from public.tickets where id = event.ticket_id)
        )
    );
begin
    perform private.stop_impersonating(previous_claims);
    return visible;
end;
$$;
comment on function private.may_see_event is
'Whether a person may see the ticket of an event and, if it is internal, its notes.';

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

create function private.recipients(event public.ticket_events)
returns table (person_id uuid, in_app boolean, email boolean)
language sql security definer set search_path = ''
as $$
    with concerned as (
        select tickets.requester_id as id
        from public.tickets where tickets.id = (recipients.event).ticket_id
        union
        select private.assignee_then(recipients.event)
        union
        select ((recipients.event).before ->> 'assignee_id')::uuid
        union
        select ticket_followers.person_id
        from public.ticket_followers
        where ticket_followers.ticket_id = (recipients.event).ticket_id
            and ticket_followers.since <= (recipients.event).occurred_at
    )

    select
        profiles.id,
        coalesce(own.in_app, defaults.in_app, true),
        coalesce(own.email, defaults.email, false)
    from concerned
    inner join public.profiles on profiles.id = concerned.id
    left join private.event_types as defaults on defaults.type = (recipients.event).type
    left join public.notification_preferences as own
        on own.person_id = profiles.id and own.type = (recipients.event).type
    where profiles.id is distinct from (recipients.event).actor_id
        and private.may_see_event(profiles.id, recipients.event);
$$;
comment on function private.recipients is
'The recipients of an event, and how each is notified: requester, assignee before and after, and followers at its time; without the actor, and without people who may not see it now.';

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
api.get_notification_preferences, api.set_notification_preferences
to authenticated;
grant execute on function api.notify_people to service_role;
