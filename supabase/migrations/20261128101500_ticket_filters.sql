-- Filters and sort orders of ticket lists. Both are turned into SQL text that is composed from
-- fixed pieces only; values are always bound as parameters, but for the keys of custom fields and
-- their values, which `format` quotes. The file of queue pages shows a composed query.
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
    waiting_before timestamptz,
    fields jsonb
);
comment on type private.ticket_filters is
'Filters of ticket lists: all that are not null must match. Skills match for who reads the notes of a queue: nobody else sees them. Requester and assignee are an id or me, assignee may be none; a time may be an ISO 8601 duration before now; fields are custom fields by key, each with the values that match (`is`), or from which to which.';

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

create function private.parse_field_filter(field private.fields, given jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    value_type constant text := case private.value_column(field)
        when 'number_value' then 'numeric'
        when 'date_value' then 'date'
        when 'boolean_value' then 'boolean'
        else 'text'
    end;
    value_form constant text := case
        when field.type = 'person' then '^(me|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$'
        when value_type = 'numeric' then '^-?[0-9]{1,200}([.][0-9]{1,200})?([eE][+-]?[0-9]{1,3})?$'
        when value_type = 'date' then '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
        when value_type = 'boolean' then '^(true|false)$'
        else '^.{1,200}$'
    end;
    ordered constant boolean := value_type in ('numeric', 'date');
    form constant text := jsonb_typeof(given);
    parsed jsonb := given;
begin
    if form = 'array' then
        parsed := jsonb_build_object('is', given);
    elsif form <> 'object' or not ordered and given <> '{}' then
        parsed := null;
    end if;
    if parsed is null or exists (
        select
        from jsonb_each(parsed) as part
        cross join lateral jsonb_path_query(part.value, '$[*]') as value (item)
        where part.key not in ('is', 'from', 'to')
            or (part.key = 'is') <> (jsonb_typeof(part.value) = 'array')
            or jsonb_typeof(value.item) not in ('string', 'number', 'boolean')
            or value.item #>> '{}' !~ value_form
            or not pg_input_is_valid(value.item #>> '{}', value_type)
    ) or parsed = '{"is": []}' then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format(
                'Filter the field %s by values of its type%s.',
                field.key, case when ordered then ', or from one to another' else '' end
            );
    end if;
    if field.type = 'person' then
        parsed := jsonb_build_object('is', (
            select jsonb_agg(case item when 'me' then private.caller()::text else lower(item) end)
            from jsonb_array_elements_text(parsed -> 'is') as item
        ));
    end if;
    return parsed || jsonb_build_object('column', private.value_column(field), 'type', value_type);
end;
$$;
comment on function private.parse_field_filter is
'Parses the filter of one field: a list of values, any of which match; or an object with from, to or both, for numbers and dates, or with neither for tickets that have a value. PT422 for values of another type.';

create function private.parse_field_filters(given jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_object_agg(
        filter.key,
        private.parse_field_filter(private.filterable_field(filter.key), filter.value)
    )
    from jsonb_each(given) as filter
    where jsonb_typeof(given) = 'object';
$$;
comment on function private.parse_field_filters is 'Parses the filters of custom fields; null for none.';

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
        "waiting_after": "string?", "waiting_before": "string?", "fields": "object?"
    }');
    if jsonb_path_exists(fields, '$.*[50]') or jsonb_path_exists(fields, '$.fields.*[50]') then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A condition has 50 values at most.';
    end if;
    select coalesce(jsonb_object_agg(
        field.key,
        case
            when field.key in ('assignee', 'requester') and field.value = '"me"' then to_jsonb(me)
            when field.key ~ '_(after|before)$'
                then to_jsonb(private.parse_time(field.value #>> '{}'))
            when field.key = 'fields' then private.parse_field_filters(field.value)
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

create function private.field_filter_sql(field text, filter jsonb) returns text
language sql immutable set search_path = ''
as $$
    select concat_ws(
        ' and ',
        format('held.field = %L and held.%I is not null', field, filter ->> 'column'),
        case
            when filter ? 'is' then format(
                'held.%I = any (%L::%s[])', filter ->> 'column',
                array(select jsonb_array_elements_text(filter -> 'is')), filter ->> 'type'
            )
        end,
        case
            when filter ? 'from' then format(
                'held.%I >= %L::%s', filter ->> 'column', filter ->> 'from', filter ->> 'type'
            )
        end,
        case
            when filter ? 'to' then format(
                'held.%I <= %L::%s', filter ->> 'column', filter ->> 'to', filter ->> 'type'
            )
        end
    );
$$;
comment on function private.field_filter_sql is
'The condition of the filter of a field, as text over private.field_values as held.';

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
        end,
        -- `offset 0` keeps it a look at one ticket by its key; as a join the planner could read
        -- the values of all tickets.
        (
            select string_agg(
                format(
                    'exists (select from private.field_values as held'
                    ' where held.ticket_id = id and %s offset 0)',
                    private.field_filter_sql(filter.key, filter.value)
                ), ' and ' order by filter.key
            )
            from jsonb_each((filters).fields) as filter
        )
    );
$$;
comment on function private.filter_sql is
'The condition of filters, as text over the parameter $3, which holds their values.';

create type private.ticket_order as (
    source text,
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
comment on column private.ticket_order.source is
'What to read: the tickets, by a custom field those that have it.';
comment on column private.ticket_order.columns is 'The columns to sort by.';
comment on column private.ticket_order.order_by is 'The order by clause.';
comment on column private.ticket_order.sort_key is 'The sort key of a ticket, as JSON array.';
comment on column private.ticket_order.after_cursor is 'Whether a ticket comes after the cursor, $2.';
comment on column private.ticket_order.up_to_frontier is
'Whether a ticket comes no later than the frontier, $6.';
comment on column private.ticket_order.queue_range is
'Whether a ticket is in the queue queues.queue and comes after the cursor, as one index range.';
comment on column private.ticket_order.queue_order_by is 'The order by clause inside one queue.';

create function private.sorted_field(sort text) returns private.fields
language plpgsql stable security definer set search_path = ''
as $$
declare
    field private.fields;
begin
    if sort !~ '^-?field[.]' then
        return null;
    end if;
    field := private.filterable_field(substring(sort from '[.](.*)$'));
    if field.type in ('boolean', 'choices', 'person') then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sort by a field that is a text, a number, a date or one choice.';
    end if;
    return field;
end;
$$;
comment on function private.sorted_field is
'The field that a sort names, as in field.size, or -field.size for descending; null for another sort. PT422 for a field without an order.';

create function private.order_sql(sort text, has_cursor boolean) returns private.ticket_order
language plpgsql stable set search_path = ''
as $$
declare
    field constant private.fields := private.sorted_field(sort);
    sorted_column constant text := private.value_column(field);
    names constant text[] := case sort
        when 'priority' then array['priority', 'waiting_since', 'id']
        when 'waiting' then array['waiting_since', 'id']
        when 'oldest' then array['number']
        when 'newest' then array['number']
        when 'updated' then array['updated_at', 'id']
        else case when field.key is not null then array['sorted_value', 'sorted_ticket'] end
    end;
    types constant jsonb := '{
        "priority": "public.ticket_priority", "number": "bigint", "id": "uuid",
        "waiting_since": "timestamptz", "updated_at": "timestamptz", "sorted_ticket": "uuid"
    }'::jsonb || jsonb_build_object('sorted_value', case sorted_column
        when 'number_value' then 'numeric' when 'date_value' then 'date' else 'text'
    end);
    descending constant boolean := sort in ('newest', 'updated') or sort like '-%';
    direction constant text := case when descending then ' desc' else '' end;
    after constant text := case when descending then '<' else '>' end;
    up_to constant text := case when descending then '>=' else '<=' end;
    fragments private.ticket_order;
    cursor_values text;
begin
    if names is null then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sort by priority, waiting, oldest, newest, updated, or a custom field as in field.size.';
    end if;
    select string_agg(
        format('($2 ->> %s)::%s', item.position - 1, types ->> item.name), ', '
        order by item.position
    ) into cursor_values
    from unnest(names) with ordinality as item (name, position);
    fragments.source := case
        when field.key is null then 'public.tickets'
        else format(
            '(select tickets.*, sorted.%1$I as sorted_value, sorted.ticket_id as sorted_ticket,'
            ' sorted.queue_id as sorted_queue, sorted.live as sorted_live'
            ' from private.field_values as sorted'
            ' inner join public.tickets on tickets.id = sorted.ticket_id'
            ' where sorted.field = %2$L and sorted.%1$I is not null) as tickets',
            sorted_column, field.key
        )
    end;
    fragments.columns := array_to_string(names, ', ');
    fragments.order_by := array_to_string(names, direction || ', ') || direction;
    -- Values as texts: a number may have more digits than a parser of JSON keeps.
    fragments.sort_key := format(
        'jsonb_build_array(%s)', replace(fragments.columns, 'sorted_value', 'sorted_value::text')
    );
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
        when field.key is not null
            then 'sorted_queue = queues.queue and ' || fragments.after_cursor
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
