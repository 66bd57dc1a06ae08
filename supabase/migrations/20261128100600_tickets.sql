-- Tickets: the founding table, grown; its rules, which hold whoever writes; and the one
-- predicate that says who may see a ticket.

create type public.waiting_party as enum ('agent', 'customer', 'third_party', 'nobody');
comment on type public.waiting_party is 'Who has to act next on a ticket.';

create table public.tickets (
    id uuid primary key default extensions.uuid_generate_v4(),
    number bigint generated always as identity (start with 1001) unique,
    status varchar(50) not null default private.default_status('new')
    references public.ticket_statuses (status),
    status_category public.status_category not null default 'new',
    status_reason text,
    data jsonb not null default '{}',
    subject text not null,
    type public.ticket_type not null default 'question',
    priority public.ticket_priority not null default 'normal',
    queue_id uuid not null references public.queues (id),
    requester_id uuid not null references public.people (id),
    organization_id uuid references public.organizations (id),
    assignee_id uuid references public.people (id),
    follow_up_of uuid references public.tickets (id),
    tags text[] not null default '{}',
    waiting_on public.waiting_party not null default 'agent',
    waiting_since timestamptz not null default now(),
    version integer not null default 1,
    public_version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    public_updated_at timestamptz not null default now(),
    solved_at timestamptz,
    closed_at timestamptz,
    skills text[] not null default '{}',
    assigned_at timestamptz,
    released_by uuid,
    tag_keys text[] generated always as (nullif(private.tag_keys(tags), '{}')) stored,
    skill_keys text[] generated always as (nullif(private.tag_keys(skills), '{}')) stored,
    constraint tickets_subject_length check (length(subject) between 1 and 200),
    constraint tickets_subject_form check (private.is_single_line(subject)),
    constraint tickets_status_reason_length check (length(status_reason) between 1 and 500),
    constraint tickets_status_reason_form check (private.is_single_line(status_reason)),
    -- Readers parse every row of a page, so one row that cannot be parsed takes the page
    -- from everybody: no deeper, wider or greater than what is read.
    constraint tickets_data_form check (
        jsonb_typeof(data) = 'object'
        and octet_length(data::text) <= 16384
        and jsonb_array_length(jsonb_path_query_array(data, 'strict $.keyvalue()')) <= 100
        and not jsonb_path_exists(data, 'strict $.**{9}')
        and not jsonb_path_exists(
            data, 'strict $.** ? (@.type() == "number" && (@ > 1e308 || @ < -1e308))'
        )
    ),
    constraint tickets_tags_count check (cardinality(tags) <= 20),
    constraint tickets_tags_form check (private.are_tags(tags)),
    constraint tickets_solved_needs_assignee check (
        status_category not in ('solved', 'closed') or assignee_id is not null
    ),
    constraint tickets_new_is_unassigned check (
        status_category <> 'new' or assignee_id is null
    ),
    constraint tickets_skills_count check (cardinality(skills) <= 20),
    constraint tickets_skills_form check (private.are_tags(skills))
);
comment on table public.tickets is 'One request for help.';
comment on column public.tickets.id is 'Identity.';
comment on column public.tickets.number is 'The number that people use, as in #1042.';
comment on column public.tickets.status is 'Its status; a key of ticket_statuses.';
comment on column public.tickets.status_category is
'The category of its status; kept by a trigger.';
comment on column public.tickets.status_reason is
'The reason for the status, in a sentence; shown to everybody who may see the ticket.';
comment on column public.tickets.data is 'Custom fields, at most 16 KiB.';
comment on column public.tickets.subject is 'The subject, one line.';
comment on column public.tickets.type is 'Question, incident, problem or task.';
comment on column public.tickets.priority is 'The priority.';
comment on column public.tickets.queue_id is 'The queue that it is in.';
comment on column public.tickets.requester_id is 'The person who requested it.';
comment on column public.tickets.organization_id is
'The organization of the requester when it was opened.';
comment on column public.tickets.assignee_id is
'The agent it is assigned to; null while it is unassigned.';
comment on column public.tickets.follow_up_of is 'The closed ticket that this one follows up.';
comment on column public.tickets.tags is 'Tags, at most 20.';
comment on column public.tickets.waiting_on is 'Who has to act next.';
comment on column public.tickets.waiting_since is 'Since when.';
comment on column public.tickets.version is
'Incremented with every change; the ETag of those who read its notes.';
comment on column public.tickets.public_version is
'Incremented with every change that private.shown_ticket shows to everybody; the ETag of all others.';
comment on column public.tickets.created_at is 'When it was opened.';
comment on column public.tickets.updated_at is 'When it last changed.';
comment on column public.tickets.public_updated_at is
'When something last changed that private.shown_ticket shows to everybody.';
comment on column public.tickets.solved_at is
'When it was last solved; null while it is not solved.';
comment on column public.tickets.closed_at is 'When it was closed.';
comment on column public.tickets.skills is 'The skills that an agent needs to work it, at most 20.';
comment on column public.tickets.assigned_at is
'When the assignee last changed; null if it never did.';
comment on column public.tickets.released_by is
'The last assignee of an unassigned ticket, to whom no strategy assigns it again at once.';
comment on column public.tickets.tag_keys is
'By what its tags are compared, see private.tag_key; null without tags.';
comment on column public.tickets.skill_keys is
'By what the skills that it needs are compared; null without skills.';
create index idx_tickets_status on public.tickets (status);
create index tickets_queue_order on public.tickets (queue_id, priority, waiting_since, id);
comment on index public.tickets_queue_order is 'A queue by priority, then longest waiting.';
create index tickets_live_queue_order on public.tickets (queue_id, priority, waiting_since, id)
where status_category in ('new', 'open', 'pending', 'on_hold');
comment on index public.tickets_live_queue_order is
'The unsolved tickets of a queue by priority, however many are solved.';
create index tickets_free_queue_order on public.tickets (queue_id, priority, waiting_since, id)
where assignee_id is null;
comment on index public.tickets_free_queue_order is
'The unassigned tickets of a queue by priority.';
create index tickets_queue_number on public.tickets (queue_id, number);
comment on index public.tickets_queue_number is 'A queue by age.';
create index tickets_queue_updated on public.tickets (queue_id, updated_at, id);
comment on index public.tickets_queue_updated is 'A queue by last change.';
create index tickets_tags on public.tickets using gin (tag_keys);
comment on index public.tickets_tags is 'Tickets by tag, for rare tags.';
create index tickets_skills on public.tickets using gin (skill_keys);
comment on index public.tickets_skills is 'Tickets by needed skill, for rare skills.';
create index tickets_requester on public.tickets (requester_id, number);
create index tickets_assignee on public.tickets (assignee_id, number);
create index tickets_assignee_queue_order
on public.tickets (assignee_id, queue_id, priority, waiting_since, id);
comment on index public.tickets_assignee_queue_order is
'The tickets of an assignee in a queue by priority, however many others have.';
create index tickets_live_assignee
on public.tickets (assignee_id, queue_id, priority, waiting_since, id)
where status_category in ('new', 'open', 'pending', 'on_hold');
comment on index public.tickets_live_assignee is 'The unsolved ones of them.';
create index tickets_organization on public.tickets (organization_id, number);
create index tickets_follow_up_of on public.tickets (follow_up_of) where follow_up_of is not null;
create statistics public.tickets_status (mcv) on status, status_category from public.tickets;
comment on statistics public.tickets_status is
'A status has one category. Without this the planner expects too few rows and sorts a queue.';
create index tickets_solved on public.tickets (solved_at) where status_category = 'solved';
comment on index public.tickets_solved is 'Serves solved_tickets_due.';
create index tickets_claimable on public.tickets (queue_id, priority, waiting_since, id)
where assignee_id is null and status_category in ('new', 'open');
comment on index public.tickets_claimable is
'The tickets of a queue that may be claimed or assigned, by priority.';
create index tickets_held_waiting
on public.tickets (queue_id, (greatest(waiting_since, assigned_at)))
where assignee_id is not null and status_category in ('new', 'open') and waiting_on = 'agent';
comment on index public.tickets_held_waiting is
'Assigned tickets that wait for their agent, longest waiting first.';
create index tickets_live_queue_number on public.tickets (queue_id, number)
where status_category in ('new', 'open', 'pending', 'on_hold');
comment on index public.tickets_live_queue_number is 'The unsolved tickets of a queue by age.';
create index tickets_queue_waiting on public.tickets (queue_id, waiting_since, id)
where waiting_on = 'agent' and status_category in ('new', 'open', 'pending', 'on_hold');
comment on index public.tickets_queue_waiting is
'The tickets of a queue that wait for an agent, longest waiting first.';

create table public.ticket_followers (
    person_id uuid not null references public.people (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    since timestamptz not null default now(),
    number bigint not null,
    grants_access boolean not null default false,
    primary key (person_id, ticket_id)
);
comment on table public.ticket_followers is
'Followers, who are notified of a ticket: everybody who commented on it, or was added. Whoever did not see it when staff added them sees it by following, and nothing else; everybody else who follows it needs another right to see it.';
comment on column public.ticket_followers.person_id is 'The follower.';
comment on column public.ticket_followers.ticket_id is 'The ticket.';
comment on column public.ticket_followers.since is 'Since when.';
comment on column public.ticket_followers.number is
'The number of the ticket, for index scans; it never changes.';
comment on column public.ticket_followers.grants_access is
'Whether the follower sees the ticket by following it; see private.may_see_ticket.';
create index ticket_followers_ticket on public.ticket_followers (ticket_id);
create index ticket_followers_readers on public.ticket_followers (person_id, ticket_id)
where grants_access;
comment on index public.ticket_followers_readers is
'The few tickets that people see by following them.';
create index ticket_followers_number on public.ticket_followers (person_id, number);
comment on index public.ticket_followers_number is
'The tickets that a person follows, newest first.';

create function private.copy_ticket_number() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.number := (select tickets.number from public.tickets where tickets.id = new.ticket_id);
    return new;
end;
$$;
comment on function private.copy_ticket_number is 'Sets the ticket number of a follower''s row.';

create trigger copy_ticket_number
before insert on public.ticket_followers
for each row execute function private.copy_ticket_number();

create function private.is_ticket_ref(ref text) returns boolean
language sql immutable
begin atomic
    select coalesce(ref ~ '^[0-9]{1,18}$' or private.as_uuid(ref) is not null, false);
end;
comment on function private.is_ticket_ref is 'Whether a text has the form of a ticket''s number or id.';

create function private.find_ticket_id(ref text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    if ref ~ '^[0-9]{1,18}$' then
        return (select tickets.id from public.tickets where tickets.number = ref::bigint);
    end if;
    return private.as_uuid(ref);
end;
$$;
comment on function private.find_ticket_id is
'The id of the ticket that a number or id refers to; null for anything else. Does not check who may see it.';

-- What a ticket shows to each of its two audiences: `internal` are those who read the notes of
-- its queue; all others who may see it are `public`. What the public sees has no trace of what
-- it may not see: neither gaps in numbers, nor a version or time that moves by itself.
-- It pins no search path, so that it is inlined; see private.may_see_ticket.
create function private.shown_ticket(ticket public.tickets, internal boolean) returns table (
    id uuid,
    number bigint,
    status varchar(50),
    status_category public.status_category,
    status_reason text,
    data jsonb,
    subject text,
    type public.ticket_type,
    priority public.ticket_priority,
    queue_id uuid,
    requester_id uuid,
    organization_id uuid,
    assignee_id uuid,
    follow_up_of uuid,
    tags text[],
    waiting_on public.waiting_party,
    waiting_since timestamptz,
    version integer,
    created_at timestamptz,
    updated_at timestamptz,
    solved_at timestamptz,
    closed_at timestamptz,
    skills text[],
    assigned_at timestamptz,
    released_by uuid
)
language sql stable parallel safe
begin atomic
    select
        (ticket).id as id,
        (ticket).number as number,
        (ticket).status as status,
        (ticket).status_category as status_category,
        (ticket).status_reason as status_reason,
        case
            when internal or (ticket).data = '{}' then (ticket).data
            else (ticket).data - (select private.staff_fields())
        end as data,
        (ticket).subject as subject,
        (ticket).type as type,
        (ticket).priority as priority,
        (ticket).queue_id as queue_id,
        (ticket).requester_id as requester_id,
        (ticket).organization_id as organization_id,
        (ticket).assignee_id as assignee_id,
        (ticket).follow_up_of as follow_up_of,
        (ticket).tags as tags,
        (ticket).waiting_on as waiting_on,
        (ticket).waiting_since as waiting_since,
        case when internal then (ticket).version else (ticket).public_version end as version,
        (ticket).created_at as created_at,
        case
            when internal then (ticket).updated_at
            else (ticket).public_updated_at
        end as updated_at,
        (ticket).solved_at as solved_at,
        (ticket).closed_at as closed_at,
        case when internal then (ticket).skills else '{}' end as skills,
        case when internal then (ticket).assigned_at end as assigned_at,
        case when internal then (ticket).released_by end as released_by;
end;
comment on function private.shown_ticket is
'What a ticket shows to those who read its notes (internal), or to all others who may see it.';

create function private.ticket_json(
    ticket public.tickets, internal boolean default null
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    to_readers constant boolean := coalesce(internal, private.can_read_notes(private.caller(), ticket.queue_id));
begin
    return (
        select to_jsonb(shown) || jsonb_build_object(
            'requester', (
                select jsonb_build_object('name', people.name)
                from public.people where people.id = ticket.requester_id
            ),
            'assignee', (
                select jsonb_build_object('name', people.name)
                from public.people where people.id = ticket.assignee_id
            ),
            'organization', (
                select jsonb_build_object('name', organizations.name)
                from public.organizations where organizations.id = ticket.organization_id
            ),
            -- Of a queue that is not for customers they know the id alone.
            'queue', (
                select jsonb_build_object('name', queues.name)
                from public.queues
                where queues.id = ticket.queue_id and (to_readers or queues.open_to_customers)
            )
        )
        from private.shown_ticket(ticket, to_readers) as shown
    );
end;
$$;
comment on function private.ticket_json is
'A ticket as commands return it, with the names of its people, organization and queue: for an audience, or else for the caller.';

create function private.shown_version(ticket public.tickets) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case
        when private.can_read_notes(private.caller(), ticket.queue_id) then ticket.version
        else ticket.public_version
    end;
end;
$$;
comment on function private.shown_version is 'The version of a ticket that the caller sees.';

-- Rules that hold whoever writes ---------------------------------------------

create function private.check_new_ticket() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    select category into new.status_category
    from public.ticket_statuses where status = new.status and active;
    if new.status_category is distinct from 'new' then
        raise sqlstate 'PT409' using
            message = 'step-not-allowed',
            detail = 'A ticket begins as new.';
    end if;
    -- A follow-up takes over what was right for the closed ticket; nobody's reply is refused for it.
    if new.follow_up_of is null then
        perform private.require_fields_of_type(new.type, new.data, false);
    end if;
    return new;
end;
$$;
comment on function private.check_new_ticket is
'A ticket begins as new, with the fields that its type needs; a follow-up with those of the closed ticket.';

create function private.check_transition(
    was public.tickets, now_is public.tickets, is_undo boolean
) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not is_undo and not exists (
        select from public.ticket_transitions
        where type = now_is.type
            and before = was.status_category and after = now_is.status_category
    ) then
        raise sqlstate 'PT409' using
            message = 'step-not-allowed',
            detail = format(
                'A %s cannot go from %s to %s. It may go to: %s.',
                now_is.type, was.status_category, now_is.status_category,
                (
                    select coalesce(string_agg(after::text, ', ' order by after), 'nowhere')
                    from public.ticket_transitions
                    where type = now_is.type and before = was.status_category
                        and after <> 'closed'
                )
            );
    end if;
    if now_is.status_category in ('solved', 'closed') and now_is.assignee_id is null then
        raise sqlstate 'PT409' using
            message = 'solved-needs-assignee',
            detail = 'Assign the ticket before it is solved.';
    end if;
    if now_is.status_category = 'closed' and was.solved_at + (
        select solved_closes_after from private.settings
    ) > now() then
        raise sqlstate 'PT409' using
            message = 'closed-by-time',
            detail = 'Nobody closes a ticket by hand: a solved ticket closes by itself.';
    end if;
end;
$$;
comment on function private.check_transition is
'PT409 unless the type allows the step or it is an undo, what is solved is assigned, and what closes is due.';

create function private.redacted_ticket(ticket public.tickets, redacted text)
returns public.tickets
language plpgsql immutable set search_path = ''
as $$
declare
    blanked public.tickets := ticket;
begin
    blanked.subject := left(private.redact_text(ticket.subject, redacted), 200);
    blanked.status_reason := left(private.redact_text(ticket.status_reason, redacted), 500);
    blanked.data := private.redact_data(ticket.data, redacted);
    blanked.tags := private.redact_labels(ticket.tags, redacted);
    blanked.skills := private.redact_labels(ticket.skills, redacted);
    return blanked;
end;
$$;
comment on function private.redacted_ticket is
'A ticket with a text blanked wherever people write: subject, reason, fields, tags and skills.';

create function private.redacts_ticket(was public.tickets, now_is public.tickets)
returns boolean
language sql stable set search_path = ''
as $$
    -- The keys of tags and skills follow from these, after the triggers.
    select to_jsonb(now_is) - array['tag_keys', 'skill_keys'] is not distinct from
        to_jsonb(private.redacted_ticket(was, private.text_to_redact()))
        - array['tag_keys', 'skill_keys'];
$$;
comment on function private.redacts_ticket is
'Whether a change of a ticket is the redaction under way and nothing else.';

create function private.moves_organization(was public.tickets, now_is public.tickets)
returns boolean
language sql stable set search_path = ''
as $$
    -- Compared first, because whoever writes to a closed ticket mostly changes something else.
    select now_is.organization_id is distinct from was.organization_id
        and to_jsonb(now_is) - 'organization_id' - 'tag_keys'
        is not distinct from to_jsonb(was) - 'organization_id' - 'tag_keys';
$$;
comment on function private.moves_organization is
'Whether a change of a ticket gives it to another organization and does nothing else; a closed one goes along, too, when its requester moves.';

create function private.apply_ticket_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    is_undo boolean := false;
    is_active boolean;
begin
    -- Also of a closed ticket. It is another version, so that no cache shows the old one.
    -- The setting is read here, because calling a function costs every other change more; and it
    -- is null when it was never set, which would not keep `and` from calling it.
    if coalesce(current_setting('autocrm.redacted_text', true), '') <> ''
    and private.redacts_ticket(old, new) then
        new.version := old.version + 1;
        new.updated_at := now();
        if (select shown from private.shown_ticket(new, false) as shown)
        is distinct from (select shown from private.shown_ticket(old, false) as shown) then
            new.public_version := old.public_version + 1;
            new.public_updated_at := now();
        end if;
        return new;
    end if;
    -- Of people who are merged the closed tickets go over, too.
    if new.requester_id <> old.requester_id
    and current_setting('autocrm.merges_people', true) = 'on' then
        new.version := old.version + 1;
        new.updated_at := now();
        new.public_version := old.public_version + 1;
        new.public_updated_at := now();
        return new;
    end if;
    if old.status_category = 'closed' and not private.moves_organization(old, new) then
        raise sqlstate 'PT409' using
            message = 'ticket-closed',
            detail = 'A closed ticket does not change. Open a new one.';
    end if;
    if (new.id, new.number, new.requester_id, new.created_at)
    is distinct from (old.id, old.number, old.requester_id, old.created_at) then
        raise sqlstate 'PT409' using
            message = 'ticket-identity',
            detail = 'The identity of a ticket does not change.';
    end if;

    -- Whoever assigns it, and however: a ticket that somebody works is not new.
    if new.assignee_id is not null and new.status = old.status and old.status_category = 'new' then
        new.status := private.default_status('open');
        new.status_reason := null;
    end if;
    select category, active into new.status_category, is_active
    from public.ticket_statuses where status = new.status;
    if not is_active and new.status <> old.status and not private.restores_status(old, new) then
        perform private.refuse_status();
    end if;
    if new.status_category is distinct from old.status_category then
        is_undo := private.restores_status(old, new);
        perform private.check_transition(old, new, is_undo);
        new.waiting_on := case
            when is_undo then new.waiting_on
            -- The first reply of staff opens the ticket, and then it waits for the customer.
            when old.status_category = 'new' and new.status_category = 'open' then new.waiting_on
            when new.status_category in ('new', 'open') then 'agent'
            when new.status_category = 'pending' then 'customer'
            when new.status_category = 'on_hold' then 'third_party'
            else 'nobody'
        end;
        new.solved_at := case
            when new.status_category = 'solved' then now()
            when new.status_category = 'closed' then old.solved_at
        end;
        new.closed_at := case when new.status_category = 'closed' then now() end;
    end if;
    if (new.type, new.data) is distinct from (old.type, old.data)
    or (
        new.status_category = 'solved' and old.status_category <> 'solved' and not is_undo
    ) then
        perform private.require_fields_of_type(
            new.type, new.data, new.status_category = 'solved', old.type, old.data,
            old.status_category = 'solved' or is_undo
        );
    end if;
    if new.waiting_on <> old.waiting_on and not is_undo then
        new.waiting_since := now();
    end if;
    new.version := old.version + 1;
    new.updated_at := now();
    if (select shown from private.shown_ticket(new, false) as shown)
    is distinct from (select shown from private.shown_ticket(old, false) as shown) then
        new.public_version := old.public_version + 1;
        new.public_updated_at := now();
    end if;
    return new;
end;
$$;
comment on function private.apply_ticket_rules is
'Allowed steps, closed is final, and what follows from a change: a new ticket that is assigned opens; category, waiting, versions, times.';

create function private.track_assignment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.assigned_at := now();
    new.released_by := case when new.assignee_id is null then old.assignee_id end;
    return new;
end;
$$;
comment on function private.track_assignment is 'Keeps when a ticket changed hands, and who let it go.';

create function private.refuse_archived_queue() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- The lock meets whoever archives the queue at this moment, and then sees that it is.
    perform from public.queues
    where id = new.queue_id and archived_at is null for key share;
    if not found then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it takes no new tickets.';
    end if;
    return new;
end;
$$;
comment on function private.refuse_archived_queue is 'An archived queue takes no tickets, whoever writes.';

create trigger check_new_ticket
before insert on public.tickets
for each row execute function private.check_new_ticket();

create trigger apply_ticket_rules
before update on public.tickets
for each row execute function private.apply_ticket_rules();

create trigger track_assignment
before update on public.tickets
for each row when (new.assignee_id is distinct from old.assignee_id)
execute function private.track_assignment();

create trigger refuse_archived_queue_for_new
before insert on public.tickets
for each row execute function private.refuse_archived_queue();

create trigger refuse_archived_queue
before update on public.tickets
for each row when (new.queue_id <> old.queue_id)
execute function private.refuse_archived_queue();

-- Who may see a ticket -------------------------------------------------------

create view private.ticket_readers as
select
    person_id,
    ticket_id
from public.ticket_followers
where grants_access;
comment on view private.ticket_readers is 'Who sees which ticket by following it.';

create function private.followed_tickets(ticket uuid default null) returns setof uuid
language plpgsql stable security definer rows 5 set search_path = ''
as $$
begin
    if ticket is null then
        return query
        select readers.ticket_id from private.ticket_readers as readers
        where readers.person_id = private.caller();
    else
        return query
        select readers.ticket_id from private.ticket_readers as readers
        where readers.person_id = private.caller() and readers.ticket_id = ticket;
    end if;
end;
$$;
comment on function private.followed_tickets is
'The ids of the tickets that the caller sees by following them: all, or this one if it is among them.';
grant execute on function private.followed_tickets to authenticated;

-- The one predicate. Whoever asks it passes rights that were looked up once a statement:
-- in a policy each sub-select is an init plan. It pins no search path, because a function
-- with settings cannot be inlined, and an inlined one lets the planner use indexes; the
-- standard body is bound to its objects when it is created.
create function private.may_see_ticket(
    ticket uuid,
    queue uuid,
    requester uuid,
    organization uuid,
    person uuid,
    readable_queues uuid[],
    shared_organizations uuid[],
    followed_tickets uuid[]
) returns boolean
language sql immutable parallel safe
begin atomic
    select
        queue = any(readable_queues)
        or requester = person
        or organization = any(shared_organizations)
        or ticket = any(followed_tickets);
end;
comment on function private.may_see_ticket is
'Whether a person may see a ticket: they requested it, or may read its queue, or belong to an organization that shares its tickets, or were made to follow it by staff.';
grant execute on function private.may_see_ticket to authenticated;

create policy "requesters, colleagues, followers and staff see a ticket" on public.tickets
for select to authenticated using (
    private.may_see_ticket(
        id,
        queue_id,
        requester_id,
        organization_id,
        (select private.caller()),
        array(select private.readable_queues()),
        array(select private.shared_organizations()),
        array(select private.followed_tickets())
    )
);

create function private.sees_ticket(ticket uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from public.tickets
        where id = ticket
            and private.may_see_ticket(
                id,
                queue_id,
                requester_id,
                organization_id,
                private.caller(),
                array(select private.readable_queues()),
                array(select private.shared_organizations()),
                array(select private.followed_tickets(sees_ticket.ticket))
            )
    );
end;
$$;
comment on function private.sees_ticket is
'Whether the caller may see a ticket; for commands, which no policy holds back.';

-- One plan a connection: planning it anew for each array costs more than the answer.
create function private.people_who_see(ticket public.tickets, people uuid[])
returns table (person_id uuid, reads_notes boolean)
language plpgsql stable security definer rows 5
set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
begin
    -- Each person's right to the queue is looked up once, for the ticket and its notes; see
    -- private.note_readers.
    return query
    select
        people.id,
        cardinality(rights.queues) > 0 and exists (
            select from private.held_permissions as held
            where held.person_id = people.id and held.permission = 'tickets.note'
        )
    from public.people
    cross join lateral (
        select array(
            select readers.queue_id from private.queue_readers as readers
            where readers.person_id = people.id and readers.queue_id = ticket.queue_id
        ) as queues
        offset 0
    ) as rights
    where people.id = any (people_who_see.people)
        and private.can_sign_in(people.id)
        and private.may_see_ticket(
            ticket.id,
            ticket.queue_id,
            ticket.requester_id,
            ticket.organization_id,
            people.id,
            rights.queues,
            array(
                select readers.organization_id from private.organization_readers as readers
                where readers.person_id = people.id
            ),
            array(
                select readers.ticket_id from private.ticket_readers as readers
                where readers.person_id = people.id and readers.ticket_id = ticket.id
            )
        );
end;
$$;
comment on function private.people_who_see is
'Those of some people who can sign in and may see a ticket now, and whether each may read its internal notes: asked before an event is sent to anybody.';

alter table public.tickets enable row level security;
alter table public.ticket_followers enable row level security;
grant select on public.tickets, public.ticket_followers to authenticated, service_role;

create policy "people see what they follow" on public.ticket_followers
for select to authenticated using (person_id = (select private.caller()));
