-- What may be asked of lists of tickets: conditions and orders. Both become text that is
-- composed only from fixed pieces; values are always bound.

create type private.ticket_filters as (
    statuses text [],
    priorities public.ticket_priority [],
    types public.ticket_type [],
    waiting_on public.waiting_party [],
    assignee text,
    requester text,
    organization uuid,
    tags text [],
    created_after timestamptz,
    created_before timestamptz,
    updated_after timestamptz,
    updated_before timestamptz,
    waiting_after timestamptz,
    waiting_before timestamptz
);
comment on type private.ticket_filters is
'Which tickets: all of what is said must hold, and null says nothing. The requester and the assignee are an id or me, the assignee also none; a time may be an ISO 8601 duration ago.';

create function private.parse_filters(wanted jsonb) returns private.ticket_filters
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    named jsonb := coalesce(wanted, '{}');
    these private.ticket_filters;
begin
    if jsonb_typeof(named) <> 'object' then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Conditions are an object.';
    end if;
    if exists (
        select from jsonb_object_keys(named) as said (key)
        where not to_jsonb(jsonb_populate_record(null::private.ticket_filters, '{}')) ? said.key
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'There is no such condition.';
    end if;
    select coalesce(jsonb_object_agg(
        said.key,
        case
            when said.key in ('assignee', 'requester') and said.value = '"me"' then to_jsonb(me)
            when said.key ~ '_(after|before)$' and said.value #>> '{}' like 'P%'
                then to_jsonb(now() - (said.value #>> '{}')::interval)
            else said.value
        end
    ), '{}') into named
    from jsonb_each(named) as said;
    these := jsonb_populate_record(null::private.ticket_filters, named);
    -- Read once, so that nonsense is refused also where nothing is asked with it.
    perform (these).requester::uuid, nullif((these).assignee, 'none')::uuid;
    return these;
end;
$$;
comment on function private.parse_filters is
'Conditions from JSON, with the caller in place of me and a moment in place of a duration.';

create function private.all_live(statuses text[]) returns boolean
language sql stable security definer set search_path = ''
as $$
    select coalesce(bool_and(
        coalesce(known.category in ('new', 'open', 'pending', 'on_hold'), false)
    ), false)
    from unnest(statuses) as asked (status)
    left join public.ticket_statuses as known using (status);
$$;
comment on function private.all_live is 'Whether all of these statuses are of tickets that are not done.';

create function private.filter_sql(wanted private.ticket_filters) returns text
language sql immutable set search_path = ''
as $$
    select concat_ws(
        ' and ',
        'true',
        case when (wanted).statuses is not null then 'status = any (($3).statuses)' end,
        case when (wanted).priorities is not null then 'priority = any (($3).priorities)' end,
        case when (wanted).types is not null then 'type = any (($3).types)' end,
        case when (wanted).waiting_on is not null then 'waiting_on = any (($3).waiting_on)' end,
        case
            when (wanted).assignee = 'none' then 'assignee_id is null'
            when (wanted).assignee is not null then 'assignee_id = (($3).assignee)::uuid'
        end,
        case when (wanted).requester is not null then 'requester_id = (($3).requester)::uuid' end,
        case when (wanted).organization is not null then 'organization_id = ($3).organization' end,
        case when (wanted).tags is not null then 'tags @> ($3).tags' end,
        case when (wanted).created_after is not null then 'created_at >= ($3).created_after' end,
        case when (wanted).created_before is not null then 'created_at < ($3).created_before' end,
        case when (wanted).updated_after is not null then 'updated_at >= ($3).updated_after' end,
        case when (wanted).updated_before is not null then 'updated_at < ($3).updated_before' end,
        case
            when (wanted).waiting_after is not null then 'waiting_since >= ($3).waiting_after'
        end,
        case
            when (wanted).waiting_before is not null then 'waiting_since < ($3).waiting_before'
        end
    );
$$;
comment on function private.filter_sql is
'Conditions as fixed text over the parameter $3, which holds their values.';

create type private.ticket_order as (
    keys text,
    arrangement text,
    place text,
    beyond text,
    within text,
    in_a_queue text,
    walked text
);
comment on type private.ticket_order is
'An order as text: its columns, how to sort, the place of a ticket, beyond the place in $2, not beyond the place in $6; and in one queue, queue.this, from the place in $2 on, in which arrangement.';

create function private.order_sql(sort text, begun boolean) returns private.ticket_order
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
    falls constant boolean := sort in ('newest', 'updated');
    direction constant text := case when falls then ' desc' else '' end;
    after constant text := case when falls then '<' else '>' end;
    up_to constant text := case when falls then '>=' else '<=' end;
    way private.ticket_order;
    values_of_2 text;
begin
    if names is null then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Sort by priority, waiting, oldest, newest or updated.';
    end if;
    select string_agg(
        format('($2 ->> %s)::%s', key.position - 1, types ->> key.name), ', '
        order by key.position
    ) into values_of_2
    from unnest(names) with ordinality as key (name, position);
    way.keys := array_to_string(names, ', ');
    way.arrangement := array_to_string(names, direction || ', ') || direction;
    way.place := format('jsonb_build_array(%s)', way.keys);
    way.beyond := case
        when begun then format('(%s) %s (%s)', way.keys, after, values_of_2) else 'true'
    end;
    way.within := format('(%s) %s (%s)', way.keys, up_to, replace(values_of_2, '$2', '$6'));
    -- Numbers have an index of their own, which passes the other queues by one by one. An
    -- order that the queue is a part of leaves only the index that has it.
    way.walked := case
        when sort in ('oldest', 'newest') then format('queue_id%s, number%s', direction, direction)
        else way.arrangement
    end;
    way.in_a_queue := case
        when sort not in ('oldest', 'newest') then 'queue_id = queue.this and ' || way.beyond
        when begun then format(
            'queue_id %s queue.this and (queue_id, number) %s (queue.this, %s)',
            up_to, after, values_of_2
        )
        else 'queue_id >= queue.this and queue_id <= queue.this'
    end;
    return way;
end;
$$;
comment on function private.order_sql is
'The text of a sort, from the beginning or begun at a place; PT422 for one that there is not.';
