-- Pages of the tickets in one or more queues, with any filter in any order, at a bounded cost.
--
-- A page is read by an index scan in its order, which ends at a scan limit: then the page is
-- short, and its cursor is the last scanned ticket, the frontier. If a filter is selective (a
-- requester, organization, assignee or tag with few tickets), all its matches are read instead.
--
-- For small queues the planner would prefer to read and sort the whole queue. The functions
-- that scan disable sorting and sequential scans, so that their plans do not depend on
-- statistics.
--
-- GET /v1/queues/{key}/tickets?sort=priority&status=open&after=... executes this query, which
-- scan_queues composes; the file of ticket filters lists its parameters:
--
--     with page as (
--         -- order_sql: the sort key, from which the cursor of the next page is made.
--         select id, jsonb_build_array(priority, waiting_since, id) as sort_key
--         from unnest($1) as queues (queue)
--         cross join lateral (
--             select * from (
--                 select * from public.tickets
--                 -- order_sql: one queue, after the cursor.
--                 where queue_id = queues.queue
--                     and (priority, waiting_since, id) > (
--                         ($2 ->> 0)::public.ticket_priority,
--                         ($2 ->> 1)::timestamptz,
--                         ($2 ->> 2)::uuid
--                     )
--                     -- index_filter_sql: implied by the filter; allows the partial index
--                     -- tickets_live_queue_order.
--                     and true and status_category in ('new', 'open', 'pending', 'on_hold')
--                 -- order_sql: the order of the index.
--                 order by priority, waiting_since, id
--                 -- The scan limit of each queue.
--                 limit $5
--             ) as scanned
--             -- filter_sql: the filter itself.
--             where true and status = any (($3).statuses)
--             order by priority, waiting_since, id
--             -- One more than the page, to know whether there is a next one.
--             limit $4
--         ) as matches
--         -- With several queues: not after the frontier.
--         where true
--         order by priority, waiting_since, id
--         limit $4
--     )
--     select array_agg(id), array_agg(sort_key) from page

create function private.index_filter_sql(
    filters private.ticket_filters, sort text
) returns text
language sql stable security definer set search_path = ''
as $$
    -- Only conditions of an index of this order. They repeat what the filters imply, so that
    -- the planner can prove that a partial index covers them. Free tickets are always unsolved.
    select case
        when sort = 'next_due' then 'true'
        when sort ~ '^-?field[.]'
            then case when private.all_unsolved(filters) then 'sorted_live' else 'true' end
        when sort = 'waiting' then
            'waiting_on = ''agent'' and '
            'status_category in (''new'', ''open'', ''pending'', ''on_hold'')'
        when sort = 'priority' and (filters).assignee = 'none' then 'assignee_id is null'
        else concat_ws(
            ' and ',
            'true',
            case
                when sort = 'priority' and (filters).assignee is not null
                    then 'assignee_id = (($3).assignee)::uuid'
            end,
            -- By last change there is no index of unsolved tickets alone: nearly all recently
            -- changed tickets are unsolved, and the others are scanned.
            case
                when sort in ('priority', 'oldest', 'newest') and (
                    (filters).assignee = 'none' or private.all_unsolved(filters)
                ) then 'status_category in (''new'', ''open'', ''pending'', ''on_hold'')'
            end
        )
    end;
$$;
comment on function private.index_filter_sql is
'The conditions that an index covers together with a sort order; implied by the filters.';

create function private.estimate_labelled_tickets(attribute text, labels text[])
returns double precision
language sql stable security definer set search_path = ''
as $$
    select min(coalesce(frequencies.frequency, 0)) * (
        select reltuples from pg_catalog.pg_class where oid = 'public.tickets'::regclass
    )
    from unnest(labels) as requested (label)
    left join (
        select common.label, common.frequency
        from pg_catalog.pg_stats as stats
        cross join lateral unnest(
            stats.most_common_elems::text::text[], stats.most_common_elem_freqs
        ) as common (label, frequency)
        where stats.schemaname = 'public' and stats.tablename = 'tickets'
            and stats.attname = attribute and common.label is not null
    ) as frequencies using (label);
$$;
comment on function private.estimate_labelled_tickets is
'The most tickets that can have all of these labels in a column, tag_keys or skill_keys, estimated from statistics.';

create function private.selective_filter_sql(
    queues uuid[], filters private.ticket_filters, scan_limit integer, page_size integer
) returns text
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    -- Up to this number, reading all matches is faster than finding a page of them by scanning
    -- all tickets in order.
    max_matches constant integer := least(scan_limit, coalesce((
        select sqrt(page_size * reltuples)::integer from pg_catalog.pg_class
        where oid = 'public.tickets'::regclass and reltuples > 0
    ), scan_limit));
    candidate text;
    matches integer;
begin
    -- Rows of values are counted, and not tickets: several choices may match on one ticket.
    for candidate in
        select
            'queue_id = any ($1) and ' || private.field_filter_sql(filter.key, filter.value)
            || case when private.all_unsolved(filters) then ' and held.live' else '' end
        from jsonb_each((filters).fields) as filter
        where filter.value ->> 'column' <> 'boolean_value'
    loop
        execute format(
            'select count(*) from (
                select from private.field_values as held where held.%s limit %s
            ) as matches',
            candidate, max_matches + 1
        ) into matches using queues;
        if matches <= max_matches then
            return format(
                'id = any (array('
                'select held.ticket_id from private.field_values as held where held.%s))',
                candidate
            );
        end if;
    end loop;
    if (filters).due_before is not null then
        candidate :=
            'due.queue_id = any ($1) and due.next_due < ($3).due_before'
            ' and due.next_due >= coalesce(($3).due_after, ''-infinity'')';
        execute format(
            'select count(*) from (
                select from private.sla_tickets as due where %s limit %s
            ) as matches',
            candidate, max_matches + 1
        ) into matches using queues, null, filters;
        if matches <= max_matches then
            return format(
                'id = any (array(select due.ticket_id from private.sla_tickets as due where %s))',
                candidate
            );
        end if;
    end if;
    -- Each with the order of its index, so that the planner prefers this index.
    foreach candidate in array array_remove(array[
        case
            when (filters).requester is not null
                then 'requester_id = (($3).requester)::uuid order by number'
        end,
        case
            when (filters).organization is not null
                then 'organization_id = ($3).organization order by number'
        end,
        case
            when (filters).assignee = 'none' then null
            when (filters).assignee is not null and private.all_unsolved(filters) then
                'assignee_id = (($3).assignee)::uuid and '
                'status_category in (''new'', ''open'', ''pending'', ''on_hold'') '
                'order by queue_id, priority, waiting_since, id'
            when (filters).assignee is not null
                then 'assignee_id = (($3).assignee)::uuid order by number'
        end,
        case when cardinality((filters).tags) > 0 then 'tag_keys @> ($3).tags' end,
        case when cardinality((filters).skills) > 0 then 'skill_keys @> ($3).skills' end
    ], null)
    loop
        continue when candidate like 'tag_keys%'
            and private.estimate_labelled_tickets('tag_keys', (filters).tags) > max_matches;
        continue when candidate like 'skill_keys%'
            and private.estimate_labelled_tickets('skill_keys', (filters).skills) > max_matches;
        execute format(
            'select count(*) from (select from public.tickets where %s limit %s) as matches',
            candidate, max_matches + 1
        ) into matches using null, null, filters;
        if matches <= max_matches then
            return candidate;
        end if;
    end loop;
    return null;
end;
$$;
comment on function private.selective_filter_sql is
'A condition, with its order, that matches so few tickets that all of them may be read; null when there is none.';

create function private.require_supported_sort(
    filters private.ticket_filters, sort text
) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_statuses((filters).statuses);
    perform private.sorted_field(sort);
    if sort = 'waiting' and (filters).waiting_on is distinct from '{agent}' then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sorting by waiting goes with waiting_on=agent alone; every other sort goes with every filter.';
    end if;
end;
$$;
comment on function private.require_supported_sort is
'PT422 for an unknown status, or for a sort that the filters do not support.';

create function private.scan_frontier(
    queue_scan text,
    sort_order private.ticket_order,
    queues uuid[],
    after jsonb,
    filters private.ticket_filters,
    queue_scan_limit integer
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    frontier jsonb;
begin
    execute format(
        'select %s from unnest($1) as queues (queue)
        cross join lateral (select %s %s offset %s limit 1) as last_scanned
        order by %s limit 1',
        (sort_order).sort_key, (sort_order).columns, queue_scan, queue_scan_limit - 1,
        (sort_order).order_by
    ) into frontier using queues, after, filters;
    return frontier;
end;
$$;
comment on function private.scan_frontier is
'The sort key up to which all queues have been scanned: the first of the last tickets that their scan limits allow; null when every queue was scanned to its end.';

create function private.scan_queues(
    queues uuid[],
    filters jsonb,
    sort text,
    after jsonb,
    page_size integer,
    out ids uuid[],
    out sort_keys jsonb[],
    out next jsonb
)
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    readable constant uuid[] := array(
        select requested.id from unnest(queues) as requested (id)
        where requested.id in (select private.readable_queues())
    );
    parsed constant private.ticket_filters := private.parse_filters(filters);
    sort_order constant private.ticket_order := private.order_sql(sort, after is not null);
    scan_limit constant integer := (select page_scan_limit from private.settings);
    size constant integer := least(page_size, 1000);
    queue_scan_limit constant integer := greatest(
        size + 1, 100, scan_limit / greatest(cardinality(readable), 1)
    );
    index_filter constant text := private.index_filter_sql(parsed, sort);
    queue_scan constant text := format(
        'from %s where %s and %s order by %s',
        (sort_order).source, (sort_order).queue_range, index_filter, (sort_order).queue_order_by
    );
    selective_filter text;
    frontier jsonb;
begin
    perform private.require_supported_sort(parsed, sort);
    if size < 1 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A page has at least one ticket.';
    end if;
    -- Assignee by priority needs none: an index has exactly this order.
    if sort <> 'priority' or num_nonnulls(
        (parsed).requester, (parsed).organization, (parsed).tags, (parsed).skills,
        (parsed).fields, (parsed).due_before
    ) > 0 then
        selective_filter := private.selective_filter_sql(readable, parsed, scan_limit, size + 1);
    end if;
    if selective_filter is not null then
        execute format(
            'with matches as materialized (select * from %s where %s),
            page as (
                select id, %s as sort_key from matches
                where queue_id = any ($1) and %s and %s and %s order by %s limit $4
            )
            select array_agg(id), array_agg(sort_key) from page',
            (sort_order).source, selective_filter, (sort_order).sort_key, index_filter, private.filter_sql(parsed),
            (sort_order).after_cursor, (sort_order).order_by
        ) into ids, sort_keys using readable, after, parsed, size + 1;
    else
        -- With several queues, the page ends where the first of them reaches its scan limit.
        if cardinality(readable) > 1 then
            frontier := private.scan_frontier(
                queue_scan, sort_order, readable, after, parsed, queue_scan_limit
            );
        end if;
        execute format(
            'with page as (
                select id, %1$s as sort_key
                from unnest($1) as queues (queue)
                cross join lateral (
                    select * from (select * %2$s limit $5) as scanned
                    where %3$s order by %4$s limit $4
                ) as matches
                where %5$s order by %6$s limit $4
            )
            select array_agg(id), array_agg(sort_key) from page',
            (sort_order).sort_key, queue_scan, private.filter_sql(parsed),
            (sort_order).queue_order_by,
            case when frontier is null then 'true' else (sort_order).up_to_frontier end,
            (sort_order).order_by
        ) into ids, sort_keys
        using readable, after, parsed, size + 1, queue_scan_limit, frontier;
        if cardinality(readable) = 1 and coalesce(cardinality(ids), 0) <= size then
            frontier := private.scan_frontier(
                queue_scan, sort_order, readable, after, parsed, queue_scan_limit
            );
        end if;
    end if;
    next := case when cardinality(ids) > size then sort_keys[size] else frontier end;
    ids := coalesce(ids[:size], '{}');
    sort_keys := sort_keys[:size];
end;
$$;
comment on function private.scan_queues is
'The ids and sort keys of a page of tickets after a cursor, of those queues that the caller may read, and the cursor of the next page; null at the end.';

create function private.count_queue_tickets(queues uuid[], filters jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    readable constant uuid[] := array(
        select requested.id from unnest(queues) as requested (id)
        where requested.id in (select private.readable_queues())
    );
    parsed constant private.ticket_filters := private.parse_filters(filters);
    scan_limit constant integer := (select page_scan_limit from private.settings);
    queue_scan_limit constant integer := greatest(
        100, scan_limit / greatest(cardinality(readable), 1)
    );
    queue_scan constant text := format(
        'from public.tickets where queue_id = queues.queue and %s
        order by priority, waiting_since, id',
        private.index_filter_sql(parsed, 'priority')
    );
    selective_filter constant text := private.selective_filter_sql(
        readable, parsed, scan_limit, 1001
    );
    total integer;
    limit_reached boolean := false;
begin
    perform private.require_statuses((parsed).statuses);
    if selective_filter is not null then
        execute format(
            'with matches as materialized (select * from public.tickets where %s)
            select count(*) from matches where queue_id = any ($1) and %s',
            selective_filter, private.filter_sql(parsed)
        ) into total using readable, null, parsed;
    else
        execute format(
            'select count(*) from (
                select from unnest($1) as queues (queue)
                cross join lateral (
                    select from (select * %s limit $4) as scanned where %s limit 1001
                ) as matches
                limit 1001
            ) as counted',
            queue_scan, private.filter_sql(parsed)
        ) into total using readable, null, parsed, queue_scan_limit;
        if total <= 1000 then
            execute format(
                'select exists (
                    select from unnest($1) as queues (queue)
                    cross join lateral (select %s offset $4 limit 1) as unscanned
                )',
                queue_scan
            ) into limit_reached using readable, null, parsed, queue_scan_limit;
        end if;
    end if;
    return jsonb_build_object(
        'count', least(total, 1000), 'exact', total <= 1000 and not limit_reached
    );
end;
$$;
comment on function private.count_queue_tickets is
'Counts the tickets that match filters, of those queues that the caller may read: exact up to 1,000, otherwise a lower bound.';

create function private.with_sorted_field(filters jsonb, sort text) returns jsonb
language sql immutable set search_path = ''
as $$
    select
        case
            when sort ~ '^-?field[.]' then coalesce(filters, '{}') || jsonb_build_object(
                'fields',
                jsonb_build_object(substring(sort from '[.](.*)$'), '{}'::jsonb)
                || coalesce(filters -> 'fields', '{}')
            )
            else filters
        end;
$$;
comment on function private.with_sorted_field is
'Filters with what a sort by a custom field adds: tickets that have it.';

create function private.queue_page(
    queues uuid[],
    filters jsonb,
    sort text,
    after jsonb,
    page_size integer,
    with_total boolean,
    default_filter jsonb default null
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    page record;
begin
    select shown.items, coalesce(shown.next, scan.next) as next into page
    from private.scan_queues(queues, filters, sort, after, page_size) as scan
    cross join lateral private.page_of(
        array(select tickets from private.tickets_json(scan.ids) as tickets),
        scan.sort_keys,
        page_size
    ) as shown;
    return json_build_object(
        'items', page.items,
        'next', page.next,
        'sort', sort,
        'total', case
            when with_total
                then private.count_queue_tickets(queues, private.with_sorted_field(filters, sort))
        end,
        'default_filter', default_filter
    );
end;
$$;
comment on function private.queue_page is
'A page of tickets as JSON, with its sort and default filter, the cursor of the next page, and the total if requested.';

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
comment on function private.require_cursor_of_sort is 'PT422 for a cursor of another sort.';

create function api.list_queue(
    queue text,
    filters jsonb default null,
    sort text default 'priority',
    after jsonb default null,
    after_sort text default null,
    page_size integer default 50,
    with_total boolean default false
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    queue_id constant uuid := (private.find_readable_queue(queue)).id;
    added constant jsonb := private.default_filter(filters);
begin
    perform private.require_cursor_of_sort(sort, after_sort);
    return private.queue_page(
        array[queue_id],
        coalesce(filters || added, added, filters),
        sort, after, page_size, with_total, added
    );
end;
$$;
comment on function api.list_queue is
'A page of the tickets in a queue after a cursor, unsolved ones unless the filters name statuses or categories, by priority (then longest waiting), waiting, oldest, newest, updated, or a custom field (field.<key>, -field.<key>), which lists those that have it. A page may be short or empty and not be the last one: continue until next is null.';

grant execute on function api.list_queue to authenticated;
