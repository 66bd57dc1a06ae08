-- Any filter in any order, at a price that does not grow. A page is a walk down an index
-- that looks at so many tickets and no more: when they are used up it comes short, with
-- the place to go on from. Few tickets of a person or a tag are read as they are instead.
--
-- The planner would rather read and sort a whole queue than walk far down an index, as
-- long as the queue is small when it looks. So the functions that walk may neither sort
-- nor scan, and their price stays what it is, whatever statistics say.

create function private.index_filter_sql(
    wanted private.ticket_filters, sort text
) returns text
language sql stable security definer set search_path = ''
as $$
    -- Only what an index of this order holds to. What is not done is written out, so that
    -- the planner can prove that a partial index will do; what is free is never done.
    select case
        when sort = 'waiting' then
            'waiting_on = ''agent'' and '
            'status_category in (''new'', ''open'', ''pending'', ''on_hold'')'
        when sort = 'priority' and (wanted).assignee = 'none' then 'assignee_id is null'
        else concat_ws(
            ' and ',
            'true',
            case
                when sort = 'priority' and (wanted).assignee is not null
                    then 'assignee_id = (($3).assignee)::uuid'
            end,
            -- By last change there is no index of what is not done alone: nearly all that
            -- changed of late is not done, and the rest is looked at.
            case
                when sort in ('priority', 'oldest', 'newest') and (
                    (wanted).assignee = 'none' or private.all_live((wanted).statuses)
                ) then 'status_category in (''new'', ''open'', ''pending'', ''on_hold'')'
            end
        )
    end;
$$;
comment on function private.index_filter_sql is
'The conditions that an index serves together with an order; the others imply them.';

create function private.estimate_tagged_tickets(tags text[]) returns double precision
language sql stable security definer set search_path = ''
as $$
    select min(coalesce(known.share, 0)) * (
        select reltuples from pg_catalog.pg_class where oid = 'public.tickets'::regclass
    )
    from unnest(tags) as asked (tag)
    left join (
        select frequent.tag, frequent.share
        from pg_catalog.pg_stats as stats
        cross join lateral unnest(
            stats.most_common_elems::text::text[], stats.most_common_elem_freqs
        ) as frequent (tag, share)
        where stats.schemaname = 'public' and stats.tablename = 'tickets'
            and stats.attname = 'tags' and frequent.tag is not null
    ) as known using (tag);
$$;
comment on function private.estimate_tagged_tickets is
'How many tickets have all of these tags at most, as far as statistics tell.';

create function private.selective_filter_sql(
    wanted private.ticket_filters, looked_at integer, size integer
) returns text
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    -- So few are sooner read than a page of them is met on a walk through all tickets.
    at_most constant integer := least(looked_at, coalesce((
        select sqrt(size * reltuples)::integer from pg_catalog.pg_class
        where oid = 'public.tickets'::regclass and reltuples > 0
    ), looked_at));
    narrow text;
    counted integer;
begin
    -- Each in the order of its index, so that no other way to read it looks cheaper.
    foreach narrow in array array_remove(array[
        case
            when (wanted).requester is not null
                then 'requester_id = (($3).requester)::uuid order by number'
        end,
        case
            when (wanted).organization is not null
                then 'organization_id = ($3).organization order by number'
        end,
        case
            when (wanted).assignee = 'none' then null
            when (wanted).assignee is not null and private.all_live((wanted).statuses) then
                'assignee_id = (($3).assignee)::uuid and '
                'status_category in (''new'', ''open'', ''pending'', ''on_hold'') '
                'order by queue_id, priority, waiting_since, id'
            when (wanted).assignee is not null
                then 'assignee_id = (($3).assignee)::uuid order by number'
        end,
        case when cardinality((wanted).tags) > 0 then 'tags @> ($3).tags' end
    ], null)
    loop
        continue when narrow like 'tags%' and private.estimate_tagged_tickets((wanted).tags) > at_most;
        execute format(
            'select count(*) from (select from public.tickets where %s limit %s) as fitting',
            narrow, at_most + 1
        ) into counted using null, null, wanted;
        if counted <= at_most then
            return narrow;
        end if;
    end loop;
    return null;
end;
$$;
comment on function private.selective_filter_sql is
'A condition that so few tickets fulfil that they may be read as they are; null when there is none.';

create function private.require_supported_sort(
    wanted private.ticket_filters, sort text
) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_statuses((wanted).statuses);
    if sort = 'waiting' and (wanted).waiting_on is distinct from '{agent}' then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sorting by waiting goes with waiting_on=agent alone; every other sort goes with every filter.';
    end if;
end;
$$;
comment on function private.require_supported_sort is
'PT422 for an unknown status, or a sort that does not go with the conditions.';

create function private.scan_frontier(
    walk text,
    way private.ticket_order,
    queues uuid[],
    after jsonb,
    these private.ticket_filters,
    share integer
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    reached jsonb;
begin
    execute format(
        'select %s from unnest($1) as queue (this)
        cross join lateral (select %s %s offset %s limit 1) as reached
        order by %s limit 1',
        (way).place, (way).keys, walk, share - 1, (way).arrangement
    ) into reached using queues, after, these;
    return reached;
end;
$$;
comment on function private.scan_frontier is
'The first place that a walk through several queues ends at with more to come in that queue; null when all were walked to their end.';

create function private.scan_queues(
    queues uuid[],
    wanted jsonb,
    sort text,
    after jsonb,
    page_size integer,
    out page uuid[],
    out next jsonb
)
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    readable constant uuid[] := array(
        select asked.id from unnest(queues) as asked (id)
        where asked.id in (select private.readable_queues())
    );
    these constant private.ticket_filters := private.parse_filters(wanted);
    way constant private.ticket_order := private.order_sql(sort, after is not null);
    looked_at constant integer := (select page_scan_limit from private.settings);
    size constant integer := least(page_size, 1000);
    share constant integer := greatest(
        size + 1, 100, looked_at / greatest(cardinality(readable), 1)
    );
    held_to constant text := private.index_filter_sql(these, sort);
    walk constant text := format(
        'from public.tickets where %s and %s order by %s',
        (way).in_a_queue, held_to, (way).walked
    );
    few text;
    frontier jsonb;
    places jsonb[];
begin
    perform private.require_supported_sort(these, sort);
    if size < 1 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A page has at least one ticket.';
    end if;
    -- The index of what a person holds has the order by priority itself.
    if sort <> 'priority' or num_nonnulls(
        (these).requester, (these).organization, (these).tags
    ) > 0 then
        few := private.selective_filter_sql(these, looked_at, size + 1);
    end if;
    if few is not null then
        execute format(
            'with few as materialized (select * from public.tickets where %s),
            sorted as (
                select id, %s as place from few
                where queue_id = any ($1) and %s and %s and %s order by %s limit $4
            )
            select array_agg(id), array_agg(place) from sorted',
            few, (way).place, held_to, private.filter_sql(these), (way).beyond,
            (way).arrangement
        ) into page, places using readable, after, these, size + 1;
    else
        -- Of several queues, none is shown further than each of them was looked at.
        if cardinality(readable) > 1 then
            frontier := private.scan_frontier(walk, way, readable, after, these, share);
        end if;
        execute format(
            'with sorted as (
                select id, %1$s as place
                from unnest($1) as queue (this)
                cross join lateral (
                    select * from (select * %2$s limit $5) as looked
                    where %3$s order by %4$s limit $4
                ) as found
                where %5$s order by %6$s limit $4
            )
            select array_agg(id), array_agg(place) from sorted',
            (way).place, walk, private.filter_sql(these), (way).walked,
            case when frontier is null then 'true' else (way).within end, (way).arrangement
        ) into page, places using readable, after, these, size + 1, share, frontier;
        if cardinality(readable) = 1 and coalesce(cardinality(page), 0) <= size then
            frontier := private.scan_frontier(walk, way, readable, after, these, share);
        end if;
    end if;
    next := case when cardinality(page) > size then places[size] else frontier end;
    page := coalesce(page[:size], '{}');
end;
$$;
comment on function private.scan_queues is
'The ids of a page of tickets of those of these queues that the caller may read, after a place, and the place to go on from; null at the end.';

create function private.count_queue_tickets(queues uuid[], wanted jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    readable constant uuid[] := array(
        select asked.id from unnest(queues) as asked (id)
        where asked.id in (select private.readable_queues())
    );
    these constant private.ticket_filters := private.parse_filters(wanted);
    looked_at constant integer := (select page_scan_limit from private.settings);
    share constant integer := greatest(100, looked_at / greatest(cardinality(readable), 1));
    walk constant text := format(
        'from public.tickets where queue_id = queue.this and %s
        order by priority, waiting_since, id',
        private.index_filter_sql(these, 'priority')
    );
    few constant text := private.selective_filter_sql(these, looked_at, 1001);
    counted integer;
    more boolean := false;
begin
    perform private.require_statuses((these).statuses);
    if few is not null then
        execute format(
            'with few as materialized (select * from public.tickets where %s)
            select count(*) from few where queue_id = any ($1) and %s',
            few, private.filter_sql(these)
        ) into counted using readable, null, these;
    else
        execute format(
            'select count(*) from (
                select from unnest($1) as queue (this)
                cross join lateral (
                    select from (select * %s limit $4) as looked where %s limit 1001
                ) as found
                limit 1001
            ) as counted',
            walk, private.filter_sql(these)
        ) into counted using readable, null, these, share;
        if counted <= 1000 then
            execute format(
                'select exists (
                    select from unnest($1) as queue (this)
                    cross join lateral (select %s offset $4 limit 1) as more
                )',
                walk
            ) into more using readable, null, these, share;
        end if;
    end if;
    return jsonb_build_object(
        'count', least(counted, 1000), 'exact', counted <= 1000 and not more
    );
end;
$$;
comment on function private.count_queue_tickets is
'How many tickets of those of these queues that the caller may read fulfil conditions: exact up to 1,000, else at least so many.';

create function private.queue_page(
    queues uuid[],
    wanted jsonb,
    sort text,
    after jsonb,
    page_size integer,
    counted boolean
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    walked record;
begin
    select walk.page, walk.next into walked
    from private.scan_queues(queues, wanted, sort, after, page_size) as walk;
    return json_build_object(
        'items', array(select shown from private.tickets_json(walked.page) as shown),
        'next', walked.next,
        'sort', sort,
        'total', case when counted then private.count_queue_tickets(queues, wanted) end
    );
end;
$$;
comment on function private.queue_page is
'A page of tickets as the caller may see them, the place to go on from in which sort, and how many there are if that was asked.';

create function private.require_cursor_of_sort(sort text, after_sort text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if after_sort <> sort then
        raise sqlstate 'PT422' using
            message = 'bad-cursor',
            detail = 'The cursor belongs to another order. Start without one.';
    end if;
end;
$$;
comment on function private.require_cursor_of_sort is 'PT422 for a place that is of another sort.';

create function api.list_queue(
    queue text,
    wanted jsonb default null,
    sort text default 'priority',
    after jsonb default null,
    after_sort text default null,
    page_size integer default 50,
    counted boolean default false
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    this constant uuid := (private.find_readable_queue(queue)).id;
begin
    perform private.require_cursor_of_sort(sort, after_sort);
    return private.queue_page(array[this], wanted, sort, after, page_size, counted);
end;
$$;
comment on function api.list_queue is
'A page of a queue after a place: sorted by priority (then longest waiting), waiting, oldest, newest or updated. A page may come short or empty and not be the last: go on from next until it is null.';

grant execute on function api.list_queue to authenticated;
