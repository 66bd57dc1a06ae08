-- Reads that a table address cannot say. They run as the caller, so that row-level
-- security decides (list_queue says why it does not); text is composed only from fixed
-- pieces, values are always bound. `rows` says that they answer a page, so that a join to
-- the people it mentions looks each up instead of reading everybody.

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
grant execute on function private.require_statuses to authenticated;

create function private.queue_filters(
    statuses text[], assignee text, tag text, priorities text[], types text[]
) returns text
language sql stable set search_path = ''
as $$
    -- Categories are written out, so that the planner can prove that a partial index will do.
    -- Statuses follow only where they say less than their categories, because one more
    -- condition that says the same tempts it to read a second index and sort.
    select concat_ws(
        ' and ',
        'queue_id = $1',
        case when statuses is not null then format(
            'status_category in (%s)%s',
            (
                select coalesce(string_agg(distinct format('%L', category), ', '), 'null')
                from public.ticket_statuses where status = any (queue_filters.statuses)
            ),
            (
                select ' and status = any ($3)'
                from public.ticket_statuses as asked
                inner join public.ticket_statuses as left_out using (category)
                where asked.status = any (queue_filters.statuses)
                    and (left_out.status = any (queue_filters.statuses)) is not true
                limit 1
            )
        ) end,
        case when priorities is not null then 'priority = any ($4::public.ticket_priority [])' end,
        case when types is not null then 'type = any ($5::public.ticket_type [])' end,
        case
            when assignee = 'none' then 'assignee_id is null'
            when assignee = 'me' then 'assignee_id = (select private.caller())'
            when assignee is not null then 'assignee_id = $6::uuid'
        end,
        case when tag is not null then 'tags @> array[$7]' end
    );
$$;
comment on function private.queue_filters is 'The conditions of a queue page, as text with bound values.';

-- As the owner: under a policy no index serves comparisons of enums and arrays, because
-- these could leak what they compare, and a page would cost its distance from the first.
-- So the one right that it takes, to read the queue, is asked here, and once.
create function public.list_queue(
    queue text,
    statuses text[] default null,
    priorities text[] default null,
    types text[] default null,
    assignee text default null,
    tag text default null,
    sort text default 'priority',
    after jsonb default null,
    page_size integer default 50
) returns setof public.tickets
language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
    wanted constant uuid := (
        select id from public.queues
        where list_queue.queue in (key, id::text)
            and id in (select private.readable_queues())
    );
    -- Every order ends in a unique key and runs in one direction, so that a page starts with a seek.
    seek constant text := case sort
        when 'priority' then
            '(priority, waiting_since, id) > '
            '(($2 ->> 0)::public.ticket_priority, ($2 ->> 1)::timestamptz, ($2 ->> 2)::uuid)'
        when 'oldest' then 'number > ($2 ->> 0)::bigint'
        when 'newest' then 'number < ($2 ->> 0)::bigint'
        when 'updated' then '(updated_at, id) < (($2 ->> 0)::timestamptz, ($2 ->> 1)::uuid)'
    end;
    arrangement constant text := case sort
        when 'priority' then 'priority, waiting_since, id'
        when 'oldest' then 'number'
        when 'newest' then 'number desc'
        when 'updated' then 'updated_at desc, id desc'
    end;
begin
    if wanted is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    if arrangement is null then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sort by priority, oldest, newest or updated.';
    end if;
    perform private.require_statuses(statuses);
    return query execute format(
        'select * from public.tickets where %s and %s order by %s limit $8',
        private.queue_filters(statuses, assignee, tag, priorities, types),
        case when after is null then 'true' else seek end,
        arrangement
    )
    using wanted, after, statuses, priorities, types, assignee, tag, page_size;
end;
$$;
comment on function public.list_queue is
'A page of a queue after a place: sorted by priority (then longest waiting), oldest, newest or updated.';

create function public.list_my_tickets(
    statuses text[] default null,
    before_number bigint default null,
    page_size integer default 50
) returns setof public.tickets
language plpgsql stable rows 50 set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    below constant bigint := coalesce(before_number, 9223372036854775807);
begin
    perform private.require_statuses(statuses);
    -- Three short walks down three indexes, instead of one walk past everybody's tickets.
    return query
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
            select tickets.id, tickets.number from public.ticket_followers
            inner join public.tickets on tickets.id = ticket_followers.ticket_id
            where person_id = me and number < below
                and (statuses is null or status = any (statuses))
            order by number desc limit page_size
        )
    )

    select tickets.*
    from (select mine.id from mine order by mine.number desc limit page_size) as page
    inner join public.tickets on tickets.id = page.id
    order by tickets.number desc;
end;
$$;
comment on function public.list_my_tickets is
'What the caller requested, is assigned or follows, newest first, below a number.';

create function private.visible_ticket(ref text) returns uuid
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
comment on function private.visible_ticket is
'The id of a ticket the caller may see, found by id or number; PT404 when there is none.';
grant execute on function private.visible_ticket to authenticated;

-- In these three the ticket is found before anything else: as a condition of the query
-- it would only be looked for when a row is at hand, and nothing found would be no 404.

create function public.get_ticket(ticket text) returns public.tickets
language plpgsql stable set search_path = ''
as $$
declare
    wanted constant uuid := private.visible_ticket(ticket);
    answer public.tickets;
begin
    select * into answer from public.tickets where id = wanted;
    return answer;
end;
$$;
comment on function public.get_ticket is 'One ticket, by id or number.';

create function public.list_comments(
    ticket text, after integer default 0, page_size integer default 50
) returns setof public.comments
language plpgsql stable set search_path = ''
as $$
declare
    wanted constant uuid := private.visible_ticket(ticket);
begin
    return query
    select comments.* from public.comments
    where ticket_id = wanted and position > list_comments.after
    order by position
    limit page_size;
end;
$$;
comment on function public.list_comments is 'What was said on a ticket after a position, in order.';

create function public.list_ticket_events(
    ticket text, after integer default 0, page_size integer default 50
) returns setof public.ticket_events
language plpgsql stable set search_path = ''
as $$
declare
    wanted constant uuid := private.visible_ticket(ticket);
begin
    return query
    select ticket_events.* from public.ticket_events
    where ticket_id = wanted and seq > list_ticket_events.after
    order by seq
    limit page_size;
end;
$$;
comment on function public.list_ticket_events is
'What happened to a ticket after a seq, in order: how a client that slept catches up.';

-- Live counts ---------------------------------------------------------------

-- Counting rows is slow and one counter row a queue makes every writer wait for every
-- other. So writers add differences, which never collide, and now and then one of them
-- folds what nobody else holds. The sum is exact at every commit.
create table private.queue_counts (
    id bigint primary key generated always as identity,
    queue_id uuid not null,
    category public.status_category not null,
    difference integer not null
);
comment on table private.queue_counts is 'Tickets a queue and status category, as differences to sum.';
comment on column private.queue_counts.id is 'Identity.';
comment on column private.queue_counts.queue_id is 'The queue.';
comment on column private.queue_counts.category is 'The status category.';
comment on column private.queue_counts.difference is 'Tickets more, or fewer.';

create function private.fold_queue_counts() returns void
language sql security definer set search_path = ''
as $$
    with taken as (
        delete from private.queue_counts
        where id in (
            select id from private.queue_counts order by id limit 5000 for update skip locked
        )
        returning queue_id, category, difference
    )

    insert into private.queue_counts (queue_id, category, difference)
    select
        taken.queue_id,
        taken.category,
        sum(taken.difference)
    from taken
    group by taken.queue_id, taken.category
    having sum(taken.difference) <> 0;
$$;
comment on function private.fold_queue_counts is 'Sums differences into fewer rows.';

create function private.count_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    added integer;
begin
    insert into private.queue_counts (queue_id, category, difference)
    select moves.queue_id, moves.status_category, sum(moves.step)
    from (
        select queue_id, status_category, 1 as step from now_is
        union all
        select queue_id, status_category, -1 from was
    ) as moves
    group by moves.queue_id, moves.status_category
    having sum(moves.step) <> 0;
    get diagnostics added = row_count;
    if added > 0 and random() < 0.02 then
        perform private.fold_queue_counts();
    end if;
    return null;
end;
$$;
comment on function private.count_tickets is 'Keeps the live counts when tickets move.';

create function private.count_new_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.queue_counts (queue_id, category, difference)
    select queue_id, status_category, count(*) from now_is group by queue_id, status_category;
    return null;
end;
$$;
comment on function private.count_new_tickets is 'Keeps the live counts when tickets come.';

create function private.count_lost_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.queue_counts (queue_id, category, difference)
    select queue_id, status_category, -count(*) from was group by queue_id, status_category;
    return null;
end;
$$;
comment on function private.count_lost_tickets is 'Keeps the live counts when tickets are deleted.';

create trigger count_tickets
after update on public.tickets
referencing old table as was new table as now_is
for each statement execute function private.count_tickets();

create trigger count_new_tickets
after insert on public.tickets
referencing new table as now_is
for each statement execute function private.count_new_tickets();

create trigger count_lost_tickets
after delete on public.tickets
referencing old table as was
for each statement execute function private.count_lost_tickets();

create function private.queue_totals(queues uuid[]) returns table (queue_id uuid, totals jsonb)
language sql stable security definer set search_path = ''
as $$
    select
        sums.queue_id,
        jsonb_object_agg(sums.category, sums.total)
    from (
        select counts.queue_id, counts.category, sum(counts.difference) as total
        from private.queue_counts as counts
        where counts.queue_id = any (queue_totals.queues)
            and counts.queue_id in (select private.readable_queues())
        group by counts.queue_id, counts.category
    ) as sums
    group by sums.queue_id;
$$;
comment on function private.queue_totals is
'Tickets by status category, for those of these queues that the caller may read.';
grant execute on function private.queue_totals to authenticated;

create function public.list_queues() returns table (
    id uuid, key text, name text, is_default boolean, counts jsonb
)
language sql stable set search_path = ''
as $$
    with readable as (
        select queues.id, queues.key, queues.name, queues.is_default
        from public.queues
        where queues.archived_at is null
    )

    select
        readable.id,
        readable.key,
        readable.name,
        readable.is_default,
        '{"new": 0, "open": 0, "pending": 0, "on_hold": 0, "solved": 0, "closed": 0}'::jsonb
        || coalesce(totals.totals, '{}')
    from readable
    left join private.queue_totals(array(select readable.id from readable)) as totals
        on totals.queue_id = readable.id
    order by readable.name;
$$;
comment on function public.list_queues is
'The queues the caller may read, with how many tickets stand in each status category.';

grant execute on function
public.list_queue, public.list_my_tickets, public.list_queues, public.get_ticket,
public.list_comments, public.list_ticket_events to authenticated;
