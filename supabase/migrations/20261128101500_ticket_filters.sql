-- Filters and sort orders of ticket lists. Both are turned into SQL text that is composed from
-- fixed pieces only; values are always bound as parameters. The file of queue pages shows a
-- composed query.
--
-- Parameters of composed queries: $1 queue ids, $2 sort key of the cursor (a JSON array), $3
-- filters, $4 page size + 1, $5 tickets to scan a queue, $6 sort key of the frontier.

create type private.ticket_filters as (
    statuses text [],
    status_categories public.status_category [],
    priorities public.ticket_priority [],
    types public.ticket_type [],
    waiting_on public.waiting_party [],
    assignee text,
    requester text,
    organization uuid,
    tags text [],
    skills text [],
    created_after timestamptz,
    created_before timestamptz,
    updated_after timestamptz,
    updated_before timestamptz,
    waiting_after timestamptz,
    waiting_before timestamptz
);
comment on type private.ticket_filters is
'Filters of ticket lists: all that are not null must match. Skills match for who reads the notes of a queue: nobody else sees them. Requester and assignee are an id or me, assignee may be none; a time may be an ISO 8601 duration before now.';

create function private.parse_time(value text) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    parsed timestamptz;
begin
    if value ~ '^P(?=.)([0-9]{1,3}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,5}D)?'
    '(T(?=.)([0-9]{1,6}H)?([0-9]{1,8}M)?([0-9]{1,10}([.][0-9]{1,9})?S)?)?$'
    and value::interval <= interval '36500 days' then
        return now() - value::interval;
    elsif value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]'
    '(:[0-5][0-9]([.][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})$' then
        parsed := value::timestamptz;
        if parsed >= '0001-01-01 00:00:00+00' and parsed < '10000-01-01 00:00:00+00' then
            return parsed;
        end if;
    elsif value is null then
        return null;
    end if;
    raise sqlstate 'PT422' using
        message = 'invalid',
        detail = 'A time is a date and time of RFC 3339, or a duration of ISO 8601 such as PT2H, at most a century.';
end;
$$;
comment on function private.parse_time is
'A time as filters name it: RFC 3339, or how long ago as an ISO 8601 duration; PT422 for anything else.';

create function private.parse_filters(input jsonb) returns private.ticket_filters
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    fields jsonb := coalesce(input, '{}');
    filters private.ticket_filters;
begin
    perform private.require_fields(fields, '{
        "statuses": "strings?", "status_categories": "strings?",
        "priorities": "strings?", "types": "strings?", "waiting_on": "strings?",
        "assignee": "string?", "requester": "string?", "organization": "string?",
        "tags": "strings?", "skills": "strings?",
        "created_after": "string?", "created_before": "string?",
        "updated_after": "string?", "updated_before": "string?",
        "waiting_after": "string?", "waiting_before": "string?"
    }');
    if jsonb_path_exists(fields, '$.*[50]') then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A condition has 50 values at most.';
    end if;
    select coalesce(jsonb_object_agg(
        field.key,
        case
            when field.key in ('assignee', 'requester') and field.value = '"me"' then to_jsonb(me)
            when field.key ~ '_(after|before)$'
                then to_jsonb(private.parse_time(field.value #>> '{}'))
            else field.value
        end
    ), '{}') into fields
    from jsonb_each(fields) as field;
    filters := jsonb_populate_record(null::private.ticket_filters, fields);
    -- Refuses invalid ids here, also for queries that never use them.
    perform (filters).requester::uuid, nullif((filters).assignee, 'none')::uuid;
    if not private.are_tags(private.distinct_tags((filters).tags || (filters).skills)) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'A tag or skill has 1 to 50 characters, without spaces and commas.';
    end if;
    filters.tags := private.tag_keys((filters).tags);
    filters.skills := private.tag_keys((filters).skills);
    return filters;
end;
$$;
comment on function private.parse_filters is
'Parses filters from JSON; replaces me by the id of the caller, and durations by times. PT422 for unknown filters.';

create function private.all_unsolved(filters private.ticket_filters) returns boolean
language sql stable security definer set search_path = ''
as $$
    select
        coalesce(
            (filters).status_categories <@ '{new,open,pending,on_hold}'::public.status_category[]
            and (filters).status_categories <> '{}',
            false
        )
        or coalesce((
            select bool_and(
                coalesce(statuses.category in ('new', 'open', 'pending', 'on_hold'), false)
            )
            from unnest((filters).statuses) as requested (status)
            left join public.ticket_statuses as statuses using (status)
        ), false);
$$;
comment on function private.all_unsolved is 'Whether the filters let only unsolved tickets through, by status or by category.';

create function private.default_filter(filters jsonb) returns jsonb
language sql immutable security definer set search_path = ''
as $$
    select '{"status_categories": ["new", "open", "pending", "on_hold"]}'::jsonb
    where coalesce(filters ->> 'statuses', filters ->> 'status_categories') is null
        and coalesce(jsonb_typeof(filters), 'object') = 'object';
$$;
comment on function private.default_filter is
'What a list of a queue adds to filters that name neither statuses nor categories: unsolved tickets alone. Null when they do.';

create function private.filter_sql(filters private.ticket_filters) returns text
language sql immutable set search_path = ''
as $$
    select concat_ws(
        ' and ',
        'true',
        case when (filters).statuses is not null then 'status = any (($3).statuses)' end,
        case
            when (filters).status_categories is not null
                then 'status_category = any (($3).status_categories)'
        end,
        case when (filters).priorities is not null then 'priority = any (($3).priorities)' end,
        case when (filters).types is not null then 'type = any (($3).types)' end,
        case when (filters).waiting_on is not null then 'waiting_on = any (($3).waiting_on)' end,
        case
            when (filters).assignee = 'none' then 'assignee_id is null'
            when (filters).assignee is not null then 'assignee_id = (($3).assignee)::uuid'
        end,
        case when (filters).requester is not null then 'requester_id = (($3).requester)::uuid' end,
        case when (filters).organization is not null then 'organization_id = ($3).organization' end,
        case when cardinality((filters).tags) > 0 then 'tag_keys @> ($3).tags' end,
        case
            when cardinality((filters).skills) > 0
                then
                    'skill_keys @> ($3).skills'
                    ' and queue_id = any (array(select private.note_queues()))'
        end,
        case when (filters).created_after is not null then 'created_at >= ($3).created_after' end,
        case when (filters).created_before is not null then 'created_at < ($3).created_before' end,
        case when (filters).updated_after is not null then 'updated_at >= ($3).updated_after' end,
        case when (filters).updated_before is not null then 'updated_at < ($3).updated_before' end,
        case
            when (filters).waiting_after is not null then 'waiting_since >= ($3).waiting_after'
        end,
        case
            when (filters).waiting_before is not null then 'waiting_since < ($3).waiting_before'
        end
    );
$$;
comment on function private.filter_sql is
'The condition of filters, as text over the parameter $3, which holds their values.';

create type private.ticket_order as (
    columns text,
    order_by text,
    sort_key text,
    after_cursor text,
    up_to_frontier text,
    queue_range text,
    queue_order_by text
);
comment on type private.ticket_order is
'The SQL fragments of a sort order.';
comment on column private.ticket_order.columns is 'The columns to sort by.';
comment on column private.ticket_order.order_by is 'The order by clause.';
comment on column private.ticket_order.sort_key is 'The sort key of a ticket, as JSON array.';
comment on column private.ticket_order.after_cursor is 'Whether a ticket comes after the cursor, $2.';
comment on column private.ticket_order.up_to_frontier is
'Whether a ticket comes no later than the frontier, $6.';
comment on column private.ticket_order.queue_range is
'Whether a ticket is in the queue queues.queue and comes after the cursor, as one index range.';
comment on column private.ticket_order.queue_order_by is 'The order by clause inside one queue.';

create function private.order_sql(sort text, has_cursor boolean) returns private.ticket_order
language plpgsql immutable set search_path = ''
as $$
declare
    names constant text[] := case sort
        when 'priority' then array['priority', 'waiting_since', 'id']
        when 'waiting' then array['waiting_since', 'id']
        when 'oldest' then array['number']
        when 'newest' then array['number']
        when 'updated' then array['updated_at', 'id']
    end;
    types constant jsonb := '{
        "priority": "public.ticket_priority", "number": "bigint", "id": "uuid",
        "waiting_since": "timestamptz", "updated_at": "timestamptz"
    }';
    descending constant boolean := sort in ('newest', 'updated');
    direction constant text := case when descending then ' desc' else '' end;
    after constant text := case when descending then '<' else '>' end;
    up_to constant text := case when descending then '>=' else '<=' end;
    fragments private.ticket_order;
    cursor_values text;
begin
    if names is null then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sort by priority, waiting, oldest, newest or updated.';
    end if;
    select string_agg(
        format('($2 ->> %s)::%s', item.position - 1, types ->> item.name), ', '
        order by item.position
    ) into cursor_values
    from unnest(names) with ordinality as item (name, position);
    fragments.columns := array_to_string(names, ', ');
    fragments.order_by := array_to_string(names, direction || ', ') || direction;
    fragments.sort_key := format('jsonb_build_array(%s)', fragments.columns);
    fragments.after_cursor := case
        when has_cursor
            then format('(%s) %s (%s)', fragments.columns, after, cursor_values)
        else 'true'
    end;
    fragments.up_to_frontier := format(
        '(%s) %s (%s)', fragments.columns, up_to, replace(cursor_values, '$2', '$6')
    );
    -- By number alone, the planner could choose the index on number and filter out the tickets
    -- of all other queues. With queue_id in the order, only the index on both fits.
    fragments.queue_order_by := case
        when sort in ('oldest', 'newest') then format('queue_id%s, number%s', direction, direction)
        else fragments.order_by
    end;
    fragments.queue_range := case
        when sort not in ('oldest', 'newest')
            then 'queue_id = queues.queue and ' || fragments.after_cursor
        when has_cursor then format(
            'queue_id %s queues.queue and (queue_id, number) %s (queues.queue, %s)',
            up_to, after, cursor_values
        )
        else 'queue_id >= queues.queue and queue_id <= queues.queue'
    end;
    return fragments;
end;
$$;
comment on function private.order_sql is
'The SQL fragments of a sort, with or without a cursor; PT422 for an unknown sort.';
