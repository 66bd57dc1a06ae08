-- Emails about tickets. Several events become one email: an event is added to the unclaimed
-- email to the same person about the same ticket, which is due half a minute (email_delay)
-- after its first event. Workers claim due emails, compose and send them, and record the result.

create table private.emails (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.people (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    created_at timestamptz not null default now(),
    due_at timestamptz not null,
    claimed_at timestamptz,
    attempts smallint not null default 0,
    sent_at timestamptz,
    gave_up_at timestamptz,
    last_error text
);
comment on table private.emails is 'Emails, each to one person about one ticket.';
comment on column private.emails.id is 'Identity; part of the Message-ID.';
comment on column private.emails.person_id is 'The recipient.';
comment on column private.emails.ticket_id is 'The ticket.';
comment on column private.emails.created_at is 'When its first event was added.';
comment on column private.emails.due_at is
'When a worker may claim it; after a claim, when another worker may.';
comment on column private.emails.claimed_at is 'When it was first claimed; no event is added after that.';
comment on column private.emails.attempts is 'How often it was claimed.';
comment on column private.emails.sent_at is 'When the mail service accepted it.';
comment on column private.emails.gave_up_at is 'When it was given up, or dropped because the recipient may no longer see any of it.';
comment on column private.emails.last_error is 'What went wrong last, without personal data.';
create unique index emails_waiting on private.emails (person_id, ticket_id)
where claimed_at is null;
comment on index private.emails_waiting is 'One unclaimed email a person and ticket; events are added to it.';
create index emails_due_at on private.emails (due_at) where sent_at is null and gave_up_at is null;
comment on index private.emails_due_at is 'Serves emails_due.';
create index emails_finished on private.emails (created_at)
where sent_at is not null or gave_up_at is not null;
comment on index private.emails_finished is 'Serves the deletion of old emails.';
create index emails_person on private.emails (person_id);
create index emails_ticket on private.emails (ticket_id);

create view private.emails_due as
select
    id,
    due_at
from private.emails
where sent_at is null and gave_up_at is null and due_at <= now();
comment on view private.emails_due is 'Emails that are to be sent now.';

create view private.emails_expired as
select
    id,
    created_at
from private.emails
where (sent_at is not null or gave_up_at is not null) and created_at < now() - interval '30 days';
comment on view private.emails_expired is 'Emails that are to be deleted.';

create table private.email_events (
    email_id uuid not null references private.emails (id) on delete cascade,
    event_id uuid not null references public.ticket_events (id) on delete cascade,
    primary key (email_id, event_id)
);
comment on table private.email_events is 'The events in each email.';
comment on column private.email_events.email_id is 'The email.';
comment on column private.email_events.event_id is 'The event.';
create index email_events_event on private.email_events (event_id);

create function private.add_event_to_email(person uuid, event public.ticket_events) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    email uuid;
begin
    -- The update changes nothing but locks the email, so that nobody claims it meanwhile.
    insert into private.emails (person_id, ticket_id, due_at)
    values (
        person, event.ticket_id, now() + (select email_delay from private.settings)
    )
    on conflict (person_id, ticket_id) where claimed_at is null
    do update set person_id = excluded.person_id
    returning id into email;
    insert into private.email_events (email_id, event_id) values (email, event.id)
    on conflict do nothing;
end;
$$;
comment on function private.add_event_to_email is
'Adds an event to the unclaimed email to a person about its ticket, or to a new one.';

-- Content --------------------------------------------------------------------

create function private.visible_names(people uuid[], person uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_object_agg(people.id, people.name), '{}')
    from public.people
    where people.id = any (visible_names.people)
        and (
            people.id = person
            or (select private.person_has_permission(person, 'people.read'))
            or people.id = any (array(select private.staff()))
            or people.organization_id = any (
                array(select private.shared_organizations_of(person))
            )
        );
$$;
comment on function private.visible_names is
'Names by id of those people whom a person may see; the predicate of the policy on people.';

create function private.email_content(email private.emails) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    content jsonb;
    reads_notes boolean;
begin
    -- Checks again what the recipient may see: permissions may have ended since the event.
    select seeing.reads_notes into reads_notes
    from public.tickets
    cross join lateral private.people_who_see(tickets, array[email.person_id], true) as seeing
    where tickets.id = email.ticket_id;
    if not found then
        return null;
    end if;
    with visible as (
        select
            events.id,
            events.seq,
            events.actor_id,
            events.before,
            events.after,
            private.event_json(events, true) as event,
            left(comments.body, 10000) as comment_body
        from private.email_events
        inner join public.ticket_events as events on events.id = email_events.event_id
        left join public.comments
            on comments.ticket_id = events.ticket_id
            and comments.visibility = 'public'
            and case events.type
                when 'TICKET_COMMENTED' then comments.id = (events.after ->> 'comment_id')::uuid
                when 'TICKET_CREATED' then comments.position = 1
            end
        where email_events.email_id = email.id
            and (reads_notes or not events.is_internal)
        order by events.seq desc
        limit 50
    ),

    mentioned as (
        select visible.actor_id as id from visible
        union
        select (visible.before ->> 'assignee_id')::uuid from visible
        union
        select (visible.after ->> 'assignee_id')::uuid from visible
    )

    select
        jsonb_build_object(
            'id', email.id,
            'attempt', email.attempts,
            'person_id', email.person_id,
            'address', people.email,
            'name', people.name,
            'ticket_id', tickets.id,
            'number', tickets.number,
            'subject', tickets.subject,
            'names', private.visible_names(
                array(select mentioned.id from mentioned), email.person_id
            ),
            'statuses', (
                select
                    jsonb_object_agg(
                        statuses.status,
                        case
                            when private.can_work(email.person_id, tickets.queue_id)
                                then statuses.agent_label
                            else statuses.customer_label
                        end
                    )
                from public.ticket_statuses as statuses
            ),
            'happened', (
                select
                    jsonb_agg(
                        jsonb_build_object(
                            'event', visible.event, 'words', visible.comment_body
                        )
                        order by visible.seq
                    )
                from visible
            )
        )
    into content
    from public.tickets
    inner join public.people on people.id = email.person_id
    where tickets.id = email.ticket_id
        and people.email is not null
        and exists (select from visible);
    -- Its requester is asked when it has been solved, and still is.
    if content is not null then
        content := content || coalesce((
            select jsonb_build_object('rating_token', private.new_rating_link(tickets.id))
            from public.tickets
            where tickets.id = email.ticket_id
                and tickets.requester_id = email.person_id
                and private.rated_until(tickets) > private.now()
                and jsonb_path_exists(
                    content -> 'happened', '$[*].event.after ? (@.category == "solved")'
                )
        ), '{}');
    end if;
    return content;
end;
$$;
comment on function private.email_content is
'All data of an email: the last 50 of its events that the recipient may see now, with the bodies of public comments; null when there are none.';

-- Sending --------------------------------------------------------------------

create function private.email_attempts() returns smallint
language sql immutable set search_path = ''
as $$
    select 10::smallint;
$$;
comment on function private.email_attempts is 'How often sending an email is tried: for about 8 hours.';

create function api.claim_emails(max_items integer default 10) returns setof jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    email private.emails;
    content jsonb;
    claimed integer := 0;
begin
    -- Emails without content are given up here, a limited number a call.
    for claim in 1 .. 10 * max_items loop
        update private.emails
        set
            claimed_at = coalesce(claimed_at, now()),
            attempts = attempts + 1,
            due_at = now() + interval '2 minutes'
        where id = (
            select due.id from private.emails_due as due
            order by due.due_at
            limit 1
            for update skip locked
        )
        returning * into email;
        exit when not found;
        content := private.email_content(email);
        if content is null or email.attempts > private.email_attempts() then
            update private.emails
            set
                gave_up_at = now(),
                last_error = case
                    when content is null then 'nothing to tell' else coalesce(last_error, 'lost')
                end
            where id = email.id;
        else
            claimed := claimed + 1;
            return next content;
        end if;
        exit when claimed = max_items;
    end loop;
end;
$$;
comment on function api.claim_emails is
'Claims the emails that have been due longest for 2 minutes, and returns their data. For workers.';

create function api.record_email_sent(email uuid) returns void
language sql security definer set search_path = ''
as $$
    update private.emails
    set sent_at = now(), gave_up_at = null, last_error = null
    where id = email and sent_at is null;
$$;
comment on function api.record_email_sent is 'Records that the mail service accepted an email.';

create function api.record_email_failure(
    email uuid, attempt integer, error text, permanent boolean default false
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    gave_up boolean;
begin
    -- Ignored when another worker has claimed the email since.
    update private.emails
    set
        last_error = left(error, 200),
        due_at = now() + least(interval '4 hours', interval '1 minute' * 2 ^ (attempts - 1)),
        gave_up_at = case when permanent or attempts >= private.email_attempts() then now() end
    where id = email and attempts = attempt and sent_at is null and gave_up_at is null
    returning gave_up_at is not null into gave_up;
    return coalesce(gave_up, false);
end;
$$;
comment on function api.record_email_failure is
'Records a failed attempt and delays the next one, twice as long each time; true when the email is given up, after the last attempt or a permanent error.';

create function api.delete_old_notifications(max_items integer default 1000) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    emails_deleted integer;
    notifications_deleted integer;
begin
    delete from private.emails where id = any (array(
        select id from private.emails_expired
        order by created_at limit max_items for update skip locked
    ));
    get diagnostics emails_deleted = row_count;
    delete from public.notifications where id = any (array(
        select id from private.notifications_expired
        order by read_at limit max_items for update skip locked
    ));
    get diagnostics notifications_deleted = row_count;
    return emails_deleted + notifications_deleted;
end;
$$;
comment on function api.delete_old_notifications is
'Deletes emails finished over 30 days ago, and notifications read over 90 days ago; returns how many.';

grant execute on function
api.claim_emails, api.record_email_sent, api.record_email_failure, api.delete_old_notifications
to service_role;
