-- Reading tickets, and how far each person has read. Queries run as the caller, so that
-- row-level security decides.

create function private.find_visible_ticket(ref text) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
    found_id uuid;
begin
    if ref ~ '^[0-9]{1,18}$' then
        select id into found_id from public.tickets where number = ref::bigint;
    elsif ref ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        select id into found_id from public.tickets where id = ref::uuid;
    end if;
    if found_id is null then
        perform private.caller();
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such ticket, or it is not yours to see.';
    end if;
    return found_id;
end;
$$;
comment on function private.find_visible_ticket is
'The id of a ticket the caller may see, found by id or number; PT404 when there is none.';

create function private.require_statuses(statuses text[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    unknown constant text[] := array(
        select asked from unnest(statuses) as asked
        where asked not in (select known.status from public.ticket_statuses as known)
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
    person_id uuid not null references public.profiles (id) on delete cascade,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    seq integer not null,
    looked_at timestamptz not null default now(),
    primary key (person_id, ticket_id),
    constraint ticket_read_markers_seq check (seq >= 0)
);
comment on table public.ticket_read_markers is 'Up to where somebody has seen what happened to a ticket; only grows.';
comment on column public.ticket_read_markers.person_id is 'Who has looked.';
comment on column public.ticket_read_markers.ticket_id is 'At what.';
comment on column public.ticket_read_markers.seq is 'The last event they have seen.';
comment on column public.ticket_read_markers.looked_at is 'When they last saw something new.';
create index ticket_read_markers_ticket on public.ticket_read_markers (ticket_id);

alter table public.ticket_read_markers enable row level security;
grant select on public.ticket_read_markers to authenticated, service_role;

create policy "people see where they have looked" on public.ticket_read_markers
for select to authenticated using (person_id = (select private.caller()));

create function private.move_read_marker(person uuid, ticket uuid, seq integer)
returns public.ticket_read_markers
language sql security definer set search_path = ''
as $$
    insert into public.ticket_read_markers as looks (person_id, ticket_id, seq)
    values (person, ticket, move_read_marker.seq)
    on conflict (person_id, ticket_id) do update
    set
        seq = greatest(looks.seq, excluded.seq),
        looked_at = case when excluded.seq > looks.seq then now() else looks.looked_at end
    returning looks.*;
$$;
comment on function private.move_read_marker is 'Moves a look forward, never back.';

create function private.mark_own_comment_read() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.move_read_marker(new.actor_id, new.ticket_id, new.seq);
    return null;
end;
$$;
comment on function private.mark_own_comment_read is 'Who writes on a ticket has read it.';

create trigger mark_own_comment_read
after insert on public.ticket_events
for each row when (new.type = 'TICKET_COMMENTED' and new.actor_id is not null)
execute function private.mark_own_comment_read();

create function api.mark_ticket_read(
    ticket text, seq integer default null, idempotency_key text default null
) returns public.ticket_read_markers
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    found_id uuid;
    known integer;
    look public.ticket_read_markers;
    answer jsonb;
begin
    if ticket ~ '^[0-9]{1,18}$' then
        select id into found_id from public.tickets where number = ticket::bigint;
    elsif ticket ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        found_id := ticket::uuid;
    end if;
    if found_id is null or not private.sees_ticket(found_id) then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such ticket, or it is not yours to see.';
    end if;
    if seq < 0 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'What happened is counted from 1; 0 is nothing.';
    end if;
    answer := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'mark_ticket_read', 'ticket', found_id, 'seq', seq)
    );
    if answer is not null then
        return jsonb_populate_record(null::public.ticket_read_markers, answer);
    end if;
    -- Who comments holds the ticket and then the look; so whoever looks takes them in
    -- this order too.
    perform from public.tickets where id = found_id for key share;
    -- Never further than what this person may know of, so that a look tells of no note.
    known := coalesce((
        select events.seq
        from public.ticket_events as events
        where events.ticket_id = found_id
            and (
                not events.is_internal
                or exists (
                    select from public.tickets
                    where id = found_id and queue_id in (select private.note_queues())
                )
            )
        order by events.seq desc limit 1
    ), 0);
    look := private.move_read_marker(me, found_id, least(coalesce(mark_ticket_read.seq, known), known));
    perform private.store_response(idempotency_key, to_jsonb(look));
    return look;
end;
$$;
comment on function api.mark_ticket_read is
'Remembers that the caller has seen what happened to a ticket, up to a seq, or all of it.';

-- Queries --------------------------------------------------------------------

create function private.tickets_json(page uuid[]) returns setof json
language plpgsql stable rows 50 set search_path = ''
as $$
declare
    me constant uuid := private.caller();
begin
    return query
    select row_to_json(shown)
    from (
        select
            tickets.*,
            case when requesters.id is not null
                then json_build_object('name', requesters.name) end as requester,
            case when assignees.id is not null
                then json_build_object('name', assignees.name) end as assignee,
            news.seq is not null as unread
        from unnest(page) with ordinality as asked (id, place)
        inner join public.tickets on tickets.id = asked.id
        left join public.profiles as requesters on requesters.id = tickets.requester_id
        left join public.profiles as assignees on assignees.id = tickets.assignee_id
        cross join lateral (
            select coalesce((
                select looks.seq from public.ticket_read_markers as looks
                where looks.person_id = me and looks.ticket_id = tickets.id
            ), 0) as seq
            offset 0
        ) as seen
        -- One event is enough, which also keeps this a short look into one index.
        left join lateral (
            select events.seq
            from public.ticket_events as events
            where events.ticket_id = tickets.id
                and events.seq > seen.seq
                and events.actor_id is distinct from me
            order by events.seq limit 1
        ) as news on true
        order by asked.place
    ) as shown;
end;
$$;
comment on function private.tickets_json is
'These tickets as the caller may see them, in this order: with names, and whether somebody else did something that they have not looked at.';

create function api.get_ticket(ticket text) returns json
language plpgsql stable set search_path = ''
as $$
declare
    wanted constant uuid := private.find_visible_ticket(ticket);
begin
    return (select shown.ticket from private.tickets_json(array[wanted]) as shown (ticket));
end;
$$;
comment on function api.get_ticket is 'One ticket, by id or number.';

create function api.list_my_tickets(
    statuses text[] default null,
    before_number bigint default null,
    page_size integer default 50
) returns setof json
language plpgsql stable rows 50 set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    below constant bigint := coalesce(before_number, 9223372036854775807);
    page uuid[];
begin
    perform private.require_statuses(statuses);
    -- Three short walks down three indexes, instead of one walk past everybody's tickets.
    with mine as (
        (
            select tickets.id, tickets.number from public.tickets
            where requester_id = me and number < below
                and (statuses is null or status = any (statuses))
            order by number desc limit page_size
        )
        union
        (
            select tickets.id, tickets.number from public.tickets
            where assignee_id = me and number < below
                and (statuses is null or status = any (statuses))
            order by number desc limit page_size
        )
        union
        (
            select tickets.id, ticket_followers.number from public.ticket_followers
            inner join public.tickets on tickets.id = ticket_followers.ticket_id
            where ticket_followers.person_id = me and ticket_followers.number < below
                and (statuses is null or tickets.status = any (statuses))
            order by ticket_followers.number desc limit page_size
        )
    )

    select array_agg(ordered.id) into page
    from (select mine.id from mine order by mine.number desc limit page_size) as ordered;
    return query select shown from private.tickets_json(page) as shown;
end;
$$;
comment on function api.list_my_tickets is
'What the caller requested, is assigned or follows, newest first, below a number.';

create function api.list_comments(
    ticket text, after integer default 0, page_size integer default 50
) returns setof jsonb
language plpgsql stable set search_path = ''
as $$
declare
    wanted constant uuid := private.find_visible_ticket(ticket);
begin
    return query
    select private.comment_json(comments) from public.comments
    where ticket_id = wanted and position > list_comments.after
    order by position
    limit page_size;
end;
$$;
comment on function api.list_comments is 'What was said on a ticket after a position, in order.';

create function api.list_ticket_events(
    ticket text, after integer default 0, page_size integer default 50
) returns setof public.ticket_events
language plpgsql stable set search_path = ''
as $$
declare
    wanted constant uuid := private.find_visible_ticket(ticket);
begin
    return query
    select ticket_events.* from public.ticket_events
    where ticket_id = wanted and seq > list_ticket_events.after
    order by seq
    limit page_size;
end;
$$;
comment on function api.list_ticket_events is
'What happened to a ticket after a seq, in order: how a client that slept catches up.';

grant execute on function
private.find_visible_ticket, private.require_statuses, api.mark_ticket_read, private.tickets_json,
api.get_ticket, api.list_my_tickets, api.list_comments, api.list_ticket_events
to authenticated;
