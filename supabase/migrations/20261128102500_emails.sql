-- Email about tickets. A burst is one email: an event joins the email that already waits
-- for the same person and ticket, for half a minute from its first event on.

create table private.emails (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.profiles (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    created_at timestamptz not null default now(),
    due_at timestamptz not null,
    taken_at timestamptz,
    attempts smallint not null default 0,
    sent_at timestamptz,
    gave_up_at timestamptz,
    last_error text
);
comment on table private.emails is 'Mail to one person about one ticket.';
comment on column private.emails.id is 'Identity; the Message-ID is made of it.';
comment on column private.emails.person_id is 'To whom.';
comment on column private.emails.ticket_id is 'About what.';
comment on column private.emails.created_at is 'When its first event came.';
comment on column private.emails.due_at is
'When a worker may take it; while one holds it, when another may take it over.';
comment on column private.emails.taken_at is 'When it was first taken; no event joins it after that.';
comment on column private.emails.attempts is 'How often it was taken.';
comment on column private.emails.sent_at is 'When the mail service had accepted it.';
comment on column private.emails.gave_up_at is 'When it was given up, or there was nothing left to tell.';
comment on column private.emails.last_error is 'What went wrong last, without personal data.';
create unique index emails_waiting on private.emails (person_id, ticket_id) where taken_at is null;
comment on index private.emails_waiting is 'One mail a person and ticket waits; further events join it.';
create index emails_due_at on private.emails (due_at) where sent_at is null and gave_up_at is null;
comment on index private.emails_due_at is 'Serves emails_due.';
create index emails_finished on private.emails (created_at)
where sent_at is not null or gave_up_at is not null;
comment on index private.emails_finished is 'What is forgotten next.';
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
comment on table private.email_events is 'What a mail tells.';
comment on column private.email_events.email_id is 'The mail.';
comment on column private.email_events.event_id is 'What happened.';
create index email_events_event on private.email_events (event_id);

create function private.add_event_to_email(person uuid, event public.ticket_events) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    mail uuid;
begin
    -- Updating nothing locks the mail that waits, so that nobody takes it meanwhile.
    insert into private.emails (person_id, ticket_id, due_at)
    values (
        person, event.ticket_id, now() + (select email_delay from private.settings)
    )
    on conflict (person_id, ticket_id) where taken_at is null
    do update set person_id = excluded.person_id
    returning id into mail;
    insert into private.email_events (email_id, event_id) values (mail, event.id)
    on conflict do nothing;
end;
$$;
comment on function private.add_event_to_email is
'Adds an event to the mail that waits for a person and ticket, or begins one.';

-- What an email says ---------------------------------------------------------

create function private.visible_names(people uuid[]) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_object_agg(profiles.id, profiles.name), '{}')
    from public.profiles
    where profiles.id = any (visible_names.people)
        and (
            profiles.id = (select private.caller())
            or (select private.has_permission('people.read'))
            or profiles.id = any (array(select private.staff()))
            or profiles.organization_id = any (array(select private.shared_organizations()))
        );
$$;
comment on function private.visible_names is
'Names by id, of those people whom the caller may know; as the policy of profiles says.';

create function private.email_content(mail private.emails) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    asking constant text := private.impersonate(mail.person_id);
    letter jsonb;
begin
    -- What a person may know is asked again now: a right may have ended while it waited.
    with told as (
        select
            events.id,
            events.seq,
            events.actor_id,
            events.before,
            events.after,
            to_jsonb(events) as event,
            left(comments.body, 10000) as words
        from private.email_events
        inner join public.ticket_events as events on events.id = email_events.event_id
        inner join public.tickets on tickets.id = events.ticket_id
        left join public.comments
            on comments.ticket_id = events.ticket_id
            and comments.visibility = 'public'
            and case events.type
                when 'TICKET_COMMENTED' then comments.id = (events.after ->> 'comment_id')::uuid
                when 'TICKET_CREATED' then comments.position = 1
            end
        where email_events.email_id = mail.id
            and private.sees_ticket(mail.ticket_id)
            and (
                not events.is_internal or private.can_read_notes(mail.person_id, tickets.queue_id)
            )
        order by events.seq desc
        limit 50
    ),

    mentioned as (
        select told.actor_id as id from told
        union
        select (told.before ->> 'assignee_id')::uuid from told
        union
        select (told.after ->> 'assignee_id')::uuid from told
    )

    select
        jsonb_build_object(
            'id', mail.id,
            'attempt', mail.attempts,
            'person_id', mail.person_id,
            'address', users.email,
            'name', profiles.name,
            'ticket_id', tickets.id,
            'number', tickets.number,
            'subject', tickets.subject,
            'names', private.visible_names(array(select mentioned.id from mentioned)),
            'statuses', (
                select
                    jsonb_object_agg(
                        statuses.status,
                        case
                            when private.can_work(mail.person_id, tickets.queue_id)
                                then statuses.agent_label
                            else statuses.customer_label
                        end
                    )
                from public.ticket_statuses as statuses
            ),
            'happened', (
                select
                    jsonb_agg(
                        jsonb_build_object('event', told.event, 'words', told.words)
                        order by told.seq
                    )
                from told
            )
        )
    into letter
    from public.tickets
    inner join public.profiles on profiles.id = mail.person_id
    inner join auth.users on users.id = mail.person_id
    where tickets.id = mail.ticket_id
        and users.email <> ''
        and exists (select from told);
    perform private.stop_impersonating(asking);
    return letter;
end;
$$;
comment on function private.email_content is
'All that a mail is written from: the last 50 of its events, with the words of public comments, as far as its reader may know them now; null when that is nothing.';

-- Sending --------------------------------------------------------------------

create function private.email_attempts() returns smallint
language sql immutable set search_path = ''
as $$
    select 10::smallint;
$$;
comment on function private.email_attempts is 'How often a mail is tried: for about 8 hours.';

create function api.claim_emails(at_most integer default 10) returns setof jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    mail private.emails;
    letter jsonb;
    claimed integer := 0;
begin
    -- What is not worth a letter is put away in passing, a bounded number a call.
    for taken in 1 .. 10 * at_most loop
        update private.emails
        set
            taken_at = coalesce(taken_at, now()),
            attempts = attempts + 1,
            due_at = now() + interval '2 minutes'
        where id = (
            select due.id from private.emails_due as due
            order by due.due_at
            limit 1
            for update skip locked
        )
        returning * into mail;
        exit when not found;
        letter := private.email_content(mail);
        if letter is null or mail.attempts > private.email_attempts() then
            update private.emails
            set
                gave_up_at = now(),
                last_error = case
                    when letter is null then 'nothing to tell' else coalesce(last_error, 'lost')
                end
            where id = mail.id;
        else
            claimed := claimed + 1;
            return next letter;
        end if;
        exit when claimed = at_most;
    end loop;
end;
$$;
comment on function api.claim_emails is
'The mails that have been due longest, for 2 minutes this worker''s alone; then, unless marked, another''s. For workers.';

create function api.record_email_sent(email uuid) returns void
language sql security definer set search_path = ''
as $$
    update private.emails
    set sent_at = now(), gave_up_at = null, last_error = null
    where id = email and sent_at is null;
$$;
comment on function api.record_email_sent is 'The mail service has accepted a mail.';

create function api.record_email_failure(
    email uuid, attempt integer, error text, for_good boolean default false
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    gave_up boolean;
begin
    -- Whoever lost the mail to another worker has no say in it any more.
    update private.emails
    set
        last_error = left(error, 200),
        due_at = now() + least(interval '4 hours', interval '1 minute' * 2 ^ (attempts - 1)),
        gave_up_at = case when for_good or attempts >= private.email_attempts() then now() end
    where id = email and attempts = attempt and sent_at is null and gave_up_at is null
    returning gave_up_at is not null into gave_up;
    return coalesce(gave_up, false);
end;
$$;
comment on function api.record_email_failure is
'Puts a mail off, twice as long each time; true when it was given up, after the last attempt or for good.';

create function api.delete_old_notifications(at_most integer default 1000) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    mails integer;
    notices integer;
begin
    delete from private.emails where id in (
        select id from private.emails_expired
        order by created_at limit at_most for update skip locked
    );
    get diagnostics mails = row_count;
    delete from public.notifications where id in (
        select id from private.notifications_expired
        order by read_at limit at_most for update skip locked
    );
    get diagnostics notices = row_count;
    return mails + notices;
end;
$$;
comment on function api.delete_old_notifications is
'Deletes mail that was over 30 days ago, and notifications that were read 90 days ago; says how many.';

grant execute on function
api.claim_emails, api.record_email_sent, api.record_email_failure, api.delete_old_notifications
to service_role;
