-- Reading tickets, and how far each person has read.

create function private.find_visible_ticket(ref text) returns public.tickets
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_id constant uuid := private.find_ticket_id(ref);
    ticket public.tickets;
begin
    select * into ticket from public.tickets where id = found_id;
    if private.may_see_ticket(
        ticket.id,
        ticket.queue_id,
        ticket.requester_id,
        ticket.organization_id,
        private.caller(),
        array(select private.readable_queues()),
        array(select private.shared_organizations()),
        array(select private.followed_tickets(ticket.id))
    ) then
        return ticket;
    end if;
    raise sqlstate 'PT404' using
        message = 'not-found',
        detail = 'There is no such ticket, or it is not yours to see.';
end;
$$;
comment on function private.find_visible_ticket is
'The guard of every query about one ticket: a ticket that the caller may see, by id or number; PT401, PT404.';

create function private.stored_ticket(response jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select private.ticket_json(
            jsonb_populate_record(visible, response),
            visible.queue_id in (select private.note_queues())
        )
        from private.find_visible_ticket(response ->> 'id') as visible
    );
end;
$$;
comment on function private.stored_ticket is
'The ticket of a stored response, as it was, for the audience that the caller belongs to today; PT404 for who may no longer see it.';

create function private.may_read_notes(queue uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.can_read_notes(private.caller(), queue);
end;
$$;
comment on function private.may_read_notes is 'Whether the caller may read the internal notes of a queue.';

create function private.require_statuses(statuses text[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    unknown constant text[] := array(
        select given from unnest(statuses) as given
        where given not in (select known.status from public.ticket_statuses as known)
    );
begin
    if cardinality(unknown) > 0 then
        raise sqlstate 'PT422' using
            message = 'unknown-status',
            detail = format('There is no status %s.', array_to_string(unknown, ', '));
    end if;
end;
$$;
comment on function private.require_statuses is 'PT422 unless there are such statuses.';

-- Read markers ---------------------------------------------------------------

create table public.ticket_read_markers (
    person_id uuid not null references public.people (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    seq integer not null,
    looked_at timestamptz not null default now(),
    primary key (person_id, ticket_id),
    constraint ticket_read_markers_seq check (seq >= 0)
);
comment on table public.ticket_read_markers is
'Up to which event somebody has read the history of a ticket; it only grows.';
comment on column public.ticket_read_markers.person_id is 'The reader.';
comment on column public.ticket_read_markers.ticket_id is 'The ticket.';
comment on column public.ticket_read_markers.seq is 'The last event that was read, by its seq for all events.';
comment on column public.ticket_read_markers.looked_at is 'When the marker last moved.';
create index ticket_read_markers_ticket on public.ticket_read_markers (ticket_id);

alter table public.ticket_read_markers enable row level security;
grant select on public.ticket_read_markers to authenticated, service_role;

create policy "people see their own read markers" on public.ticket_read_markers
for select to authenticated using (person_id = (select private.caller()));

create function private.seq_of(ticket uuid, seq integer, internal boolean) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select
            case
                when internal then seq_of.seq
                else coalesce((
                    select events.seq from public.ticket_events as events
                    where events.ticket_id = seq_of.ticket and events.public_seq <= seq_of.seq
                    order by events.public_seq desc limit 1
                ), 0)
            end
    );
end;
$$;
comment on function private.seq_of is
'The seq of an event that an audience knows by another: for the public, of the last public event up to there; 0 before the first.';

create function private.shown_seq(ticket uuid, seq integer, internal boolean) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select
            case
                when internal then shown_seq.seq
                else coalesce((
                    select events.public_seq from public.ticket_events as events
                    where events.ticket_id = shown_seq.ticket and events.seq <= shown_seq.seq
                        and events.public_seq is not null
                    order by events.seq desc limit 1
                ), 0)
            end
    );
end;
$$;
comment on function private.shown_seq is 'The seq of an event, or of the last one before it, as an audience knows it; the inverse of private.seq_of.';

create function private.move_read_marker(person uuid, ticket uuid, seq integer)
returns public.ticket_read_markers
language plpgsql security definer set search_path = ''
as $$
declare
    marker public.ticket_read_markers;
begin
    insert into public.ticket_read_markers as markers (person_id, ticket_id, seq)
    values (person, ticket, move_read_marker.seq)
    on conflict on constraint ticket_read_markers_pkey do update
    set
        seq = greatest(markers.seq, excluded.seq),
        looked_at = case when excluded.seq > markers.seq then now() else markers.looked_at end
    returning markers.* into marker;
    return marker;
end;
$$;
comment on function private.move_read_marker is 'Moves a read marker forward, never back.';

create function private.mark_own_comment_read() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.move_read_marker(new.actor_id, new.ticket_id, new.seq);
    return null;
end;
$$;
comment on function private.mark_own_comment_read is 'Whoever comments on a ticket has read it.';

create trigger mark_own_comment_read
after insert on public.ticket_events
for each row when (new.type = 'TICKET_COMMENTED' and new.actor_id is not null)
execute function private.mark_own_comment_read();

create function api.mark_ticket_read(ticket text, seq integer default null)
returns public.ticket_read_markers
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    target constant public.tickets := private.find_visible_ticket(ticket);
    can_read_notes constant boolean := private.may_read_notes(target.queue_id);
    last integer;
    marker public.ticket_read_markers;
begin
    if seq < 0 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Events are counted from 1; 0 is before the first.';
    end if;
    -- A comment locks its ticket and then the marker; this keeps to that order.
    perform from public.tickets where id = target.id for key share;
    -- Never beyond what this person may read, so that a marker tells of no note.
    last := coalesce((
        select events.seq
        from public.ticket_events as events
        where events.ticket_id = target.id and (not events.is_internal or can_read_notes)
        order by events.seq desc limit 1
    ), 0);
    marker := private.move_read_marker(
        me, target.id,
        least(private.seq_of(target.id, coalesce(mark_ticket_read.seq, last), can_read_notes), last)
    );
    marker.seq := private.shown_seq(target.id, marker.seq, can_read_notes);
    return marker;
end;
$$;
comment on function api.mark_ticket_read is
'Marks the history of a ticket as read by the caller, up to an event or all of it.';

-- Queries --------------------------------------------------------------------

-- One plan a connection: planning these joins anew for each array costs a millisecond, and
-- every plan that fits finds each row by its key.
create function private.tickets_json(page uuid[]) returns setof json
language plpgsql stable security definer rows 50
set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    me constant uuid := private.caller();
    note_queues constant uuid[] := array(select private.note_queues());
begin
    return query
    select row_to_json(ticket)
    from (
        select
            shown.*,
            json_build_object('name', requesters.name) as requester,
            case when assignees.id is not null
                then json_build_object('name', assignees.name) end as assignee,
            case when organizations.id is not null
                then json_build_object('name', organizations.name) end as organization,
            -- Of a queue that is not for customers they know the id alone.
            case when queues.open_to_customers or queues.id = any (note_queues)
                then json_build_object('name', queues.name) end as queue,
            news.seq is not null as unread
        from unnest(page) with ordinality as listed (id, position)
        inner join public.tickets on tickets.id = listed.id
        cross join lateral private.shown_ticket(
            tickets, tickets.queue_id = any (note_queues)
        ) as shown
        inner join public.people as requesters on requesters.id = tickets.requester_id
        left join public.people as assignees on assignees.id = tickets.assignee_id
        left join public.organizations on organizations.id = tickets.organization_id
        inner join public.queues on queues.id = tickets.queue_id
        left join public.ticket_read_markers as marker
            on marker.ticket_id = tickets.id and marker.person_id = me
        -- One event is enough, which keeps this a short index scan.
        left join lateral (
            select events.seq
            from public.ticket_events as events
            where events.ticket_id = tickets.id
                and events.seq > coalesce(marker.seq, 0)
                and events.actor_id is distinct from me
                and (not events.is_internal or tickets.queue_id = any (note_queues))
            order by events.seq limit 1
        ) as news on true
        order by listed.position
    ) as ticket;
end;
$$;
comment on function private.tickets_json is
'These tickets in this order, as responses show them: with names, and whether somebody else did something that the caller has not read. Its callers have asked who may see them.';

create function private.history_page(
    ticket public.tickets,
    part text,
    after integer,
    before integer,
    newest_first boolean,
    page_size integer,
    max_bytes bigint default 4000000
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    internal constant boolean := private.may_read_notes(ticket.queue_id);
    items json[];
    numbers jsonb[];
begin
    -- Each audience has numbers of its own, and each of them an index, which is read either way.
    execute format(
        'with page as materialized ('
        'select listed, listed.%3$I as number from public.%2$I as listed '
        'where listed.ticket_id = $2 and listed.%3$I > $3 and listed.%3$I < $4 '
        'order by listed.%3$I %4$s limit $5) '
        'select array_agg(%1$s::json order by page.number %4$s), '
        'array_agg(to_jsonb(page.number) order by page.number %4$s) from page %5$s',
        case part
            when 'comments' then 'private.comment_json(page.listed, $1)'
            else 'private.named_event_json(page.listed, $1, people.names)'
        end,
        case part when 'comments' then 'comments' else 'ticket_events' end,
        case when internal then '' else 'public_' end
        || case part when 'comments' then 'position' else 'seq' end,
        case when newest_first then 'desc' else 'asc' end,
        case when part = 'events' then
            'cross join (select private.names_in_events(array_agg(page.listed)) as names from page)'
            ' as people'
        end
    ) into items, numbers
    using
        internal, ticket.id, coalesce(after, 0), coalesce(before, 2147483647),
        private.page_limit(page_size) + 1;
    return (
        select to_json(page) from private.page_of(items, numbers, page_size, max_bytes) as page
    );
end;
$$;
comment on function private.history_page is
'A page of the comments or the events of a ticket between two of their numbers, as the caller knows these: items, and as next the number of the last item when there are more.';

create function api.get_ticket(ticket text, include text[] default null) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.find_visible_ticket(ticket);
    shown json;
begin
    select tickets_json into shown from private.tickets_json(array[target.id]);
    if include is null then
        return shown;
    elsif not include <@ array['comments', 'events', 'topics'] then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Include comments, events or topics.';
    end if;
    return shown::jsonb || (
        -- Half the bytes of a page each, so that a function can send both together.
        select
            coalesce(jsonb_object_agg(part, case part
                when 'topics' then (
                    select jsonb_agg(topics) from api.list_topics(target.id::text) as topics
                )
                else private.history_page(target, part, null, null, true, 50, 2000000)::jsonb
            end), '{}')
        from unnest(array['comments', 'events', 'topics']) as parts (part)
        where part = any(include)
    );
end;
$$;
comment on function api.get_ticket is
'One ticket, by id or number; with include also its newest comments and events, a page of each, and the topics to join for it.';

-- One plan a connection, for the same reason: with many tickets, planning for each person anew
-- takes as long as all the rest.
create function api.list_my_tickets(
    statuses text[] default null,
    status_categories public.status_category[] default null,
    sort text default 'newest',
    after jsonb default null,
    page_size integer default 50
) returns json
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = 'force_generic_plan'
set enable_sort = off set enable_incremental_sort = off set jit = off
as $$
declare
    me constant uuid := private.require_caller();
    readable_queues constant uuid[] := array(select private.readable_queues());
    shared_organizations constant uuid[] := array(select private.shared_organizations());
    followed_tickets constant uuid[] := array(select private.followed_tickets());
    note_queues constant uuid[] := array(select private.note_queues());
    to_read constant integer := private.page_limit(page_size) + 1;
    last_number constant bigint := after ->> -1;
    last_change constant timestamptz := case when sort = 'updated' then after ->> 0 end;
    -- By number a page reads no more than it shows; by anything else, all that it may.
    below constant bigint := case
        when sort = 'newest' then coalesce(last_number, 9223372036854775807)
        else 9223372036854775807
    end;
    scanned constant integer := case
        when sort = 'newest' then to_read
        else (select page_scan_limit from private.settings)
    end;
    ids uuid[];
    sort_keys jsonb[];
begin
    perform private.require_statuses(statuses);
    if sort not in ('newest', 'oldest', 'updated') then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Sort by newest, oldest or updated.';
    end if;
    -- Three short index scans, instead of one past everybody's tickets.
    with mine as (
        (
            select tickets.id, tickets.number from public.tickets
            where requester_id = me and number < below
                and (statuses is null or status = any (statuses))
                and (status_categories is null or status_category = any (status_categories))
            order by number desc limit scanned
        )
        union
        (
            -- Rows compared as a whole, and no sort, leave no index but the one by assignee and
            -- number: a walk by number alone would be one past everybody's tickets.
            select tickets.id, tickets.number from public.tickets
            where (assignee_id, number) < (me, below) and assignee_id >= me
                and (statuses is null or status = any (statuses))
                and (status_categories is null or status_category = any (status_categories))
                and private.may_see_ticket(
                    tickets.id, queue_id, requester_id, organization_id,
                    me, readable_queues, shared_organizations, followed_tickets
                )
            order by assignee_id desc, number desc limit scanned
        )
        union
        (
            select tickets.id, ticket_followers.number from public.ticket_followers
            inner join public.tickets on tickets.id = ticket_followers.ticket_id
            where ticket_followers.person_id = me and ticket_followers.number < below
                and (statuses is null or tickets.status = any (statuses))
                and (
                    status_categories is null
                    or tickets.status_category = any (status_categories)
                )
                and private.may_see_ticket(
                    tickets.id, queue_id, requester_id, organization_id,
                    me, readable_queues, shared_organizations, followed_tickets
                )
            order by ticket_followers.number desc limit scanned
        )
    ),

    dated as (
        select
            mine.id,
            mine.number,
            -- A change that only staff see moves nothing for others.
            case when sort = 'updated' then (
                select
                    case
                        when tickets.queue_id = any (note_queues) then tickets.updated_at
                        else tickets.public_updated_at
                    end
                from public.tickets where tickets.id = mine.id
            ) end as changed_at
        from mine
    )

    select
        array_agg(ordered.id),
        array_agg(case sort
            when 'updated' then jsonb_build_array(ordered.changed_at, ordered.number)
            else jsonb_build_array(ordered.number)
        end)
    into ids, sort_keys
    from (
        select * from dated
        where last_number is null
            or case sort
                when 'updated' then (changed_at, number) < (last_change, last_number)
                when 'oldest' then number > last_number
                else true
            end
        order by changed_at desc, case when sort = 'oldest' then number end, number desc
        limit to_read
    ) as ordered;
    return (
        select to_json(page)
        from private.page_of(
            array(select ticket from private.tickets_json(ids) as ticket), sort_keys, page_size
        ) as page
    );
end;
$$;
comment on function api.list_my_tickets is
'A page of what the caller requested, is assigned or follows, newest first, or, of the newest that a page may read, oldest or last changed first: items, and as next the sort key to continue after, null at the end.';

create function api.list_comments(
    ticket text,
    after integer default 0,
    before integer default null,
    newest_first boolean default false,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.history_page(
        private.find_visible_ticket(ticket), 'comments', after, before, newest_first, page_size
    );
end;
$$;
comment on function api.list_comments is
'A page of the comments of a ticket between two positions, in order or newest first, with notes for those who may read them: items, and as next the position to continue after, or before; null at the end.';

create function api.list_ticket_events(
    ticket text,
    after integer default 0,
    before integer default null,
    newest_first boolean default false,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.history_page(
        private.find_visible_ticket(ticket), 'events', after, before, newest_first, page_size
    );
end;
$$;
comment on function api.list_ticket_events is
'A page of the events of a ticket between two seqs, in order or newest first: how a client that slept catches up. Items, and as next the seq to continue after, or before; null at the end.';

grant execute on function
api.mark_ticket_read, api.get_ticket, api.list_my_tickets, api.list_comments,
api.list_ticket_events
to authenticated;
