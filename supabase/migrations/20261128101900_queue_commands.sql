-- Commands about queues and their members: queues.manage creates, renames and archives queues;
-- leads change the members of a queue and how it assigns its tickets.

-- Queues ---------------------------------------------------------------------

create function private.queue_json(queue public.queues, totals jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'id', queue.id,
        'key', queue.key,
        'name', queue.name,
        'description', queue.description,
        'is_default', queue.is_default,
        'open_to_customers', queue.open_to_customers,
        'customers_set_priority', queue.customers_set_priority,
        'strategy', queue.strategy,
        'default_priority', queue.default_priority,
        'released_after_minutes', extract(epoch from queue.released_after)::integer / 60,
        'remind_after_hours', extract(epoch from queue.remind_after)::integer / 3600,
        'close_after_hours', extract(epoch from queue.close_after)::integer / 3600,
        'archived_at', queue.archived_at,
        'version', queue.version,
        'counts',
        '{"new": 0, "open": 0, "pending": 0, "on_hold": 0, "solved": 0, "closed": 0}'::jsonb
        || coalesce(totals, '{}')
    );
$$;
comment on function private.queue_json is
'A queue as responses show it, with how many tickets stand in each status category.';

create function private.queue_response(queue public.queues) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.queue_json(
        queue, (select counted.totals from private.queue_totals(array[queue.id]) as counted)
    );
$$;
comment on function private.queue_response is 'One queue as commands return it.';

create function api.list_queues(archived boolean default false) returns setof jsonb
language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
    readable constant uuid[] := array(select private.readable_queues());
begin
    if not private.is_staff() then
        perform private.require_caller();
        return query
        select jsonb_build_object(
            'id', queues.id, 'key', queues.key, 'name', queues.name,
            'description', queues.description
        )
        from public.queues
        where queues.open_to_customers and queues.archived_at is null and not archived
        order by queues.name, queues.id;
        return;
    end if;
    return query
    select private.queue_json(queues, counted.totals)
    from public.queues
    left join private.queue_totals(readable) as counted on counted.queue_id = queues.id
    where queues.id = any (readable) and (queues.archived_at is not null) = archived
    order by queues.name, queues.id;
end;
$$;
comment on function api.list_queues is
'For staff: the queues that the caller may read, live or archived, with how many tickets stand in each status category. For customers: id, key, name and description of those in which they may open tickets.';

create function api.get_queue(queue text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.queues := private.find_readable_queue(queue);
begin
    return private.queue_response(target);
end;
$$;
comment on function api.get_queue is
'A queue that the caller may read, by key or id, an archived one too.';

create function private.leads_queue(queue uuid) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select private.has_permission('queues.manage') or (
        private.has_permission('queues.lead') and exists (
            select
            from public.queue_members
            where
                queue_members.queue_id = leads_queue.queue
                and queue_members.person_id = (select private.caller())
        )
    );
end;
comment on function private.leads_queue is
'Whether the caller leads a queue: has queues.manage, or has queues.lead and is a member.';

create function private.lock_queue(ref text) returns public.queues
language plpgsql security definer set search_path = ''
as $$
declare
    queue public.queues;
begin
    perform private.require_caller();
    select * into queue from public.queues
    where id = (select private.find_queue_id(ref))
        and (private.has_permission('queues.manage') or id in (select private.readable_queues()))
    for no key update;
    if queue.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    if not private.leads_queue(queue.id) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = 'This needs the permission queues.lead in the queue, or queues.manage.';
    end if;
    return queue;
end;
$$;
comment on function private.lock_queue is
'The guard of queue commands: finds a queue that the caller leads and locks it; PT401, PT403, PT404.';

create function private.require_strategy(name text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if require_strategy.name is not null and not exists (
        select from public.assignment_strategies where strategy = require_strategy.name
    ) then
        raise sqlstate 'PT422' using
            message = 'unknown-strategy',
            detail = format(
                'There is no such strategy. There are: %s.',
                (
                    select string_agg(strategy, ', ' order by strategy)
                    from public.assignment_strategies
                )
            );
    end if;
end;
$$;
comment on function private.require_strategy is 'PT422 unless the strategy exists, or is null.';

create function private.require_empty() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    unsolved constant bigint := (
        select coalesce(sum(difference), 0) from private.queue_counts
        where queue_id = new.id and category in ('new', 'open', 'pending', 'on_hold')
    );
begin
    if new.is_default then
        raise sqlstate 'PT409' using
            message = 'default-queue',
            detail = 'Tickets without a queue come here, so it cannot be archived.';
    end if;
    if unsolved > 0 then
        raise sqlstate 'PT409' using
            message = 'queue-not-empty',
            detail = format(
                'It still holds tickets that are not solved: %s. Move or solve them first.', unsolved
            );
    end if;
    return new;
end;
$$;
comment on function private.require_empty is
'PT409 when the default queue, or one with unsolved tickets, is archived.';

create trigger require_empty
before update on public.queues
for each row when (old.archived_at is null and new.archived_at is not null)
execute function private.require_empty();

create function api.create_queue(
    key text,
    name text,
    strategy text default 'manual',
    default_priority public.ticket_priority default null,
    released_after_minutes integer default null,
    description text default '',
    open_to_customers boolean default true,
    customers_set_priority boolean default true,
    remind_after_hours integer default null,
    close_after_hours integer default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    request constant jsonb := jsonb_build_object(
        'command', 'create_queue', 'key', key, 'name', name, 'strategy', strategy,
        'default_priority', default_priority, 'released_after_minutes', released_after_minutes,
        'description', description,
        'open_to_customers', open_to_customers, 'customers_set_priority', customers_set_priority,
        'remind_after_hours', remind_after_hours, 'close_after_hours', close_after_hours
    );
    response jsonb;
    queue public.queues;
begin
    perform private.require_permission('queues.manage');
    response := private.stored_response(idempotency_key, request);
    if response is not null then
        return response;
    end if;
    perform private.require_strategy(strategy);
    insert into public.queues (
        key, name, strategy, default_priority, released_after,
        description, open_to_customers, customers_set_priority, remind_after, close_after
    )
    values (
        create_queue.key, create_queue.name, create_queue.strategy,
        create_queue.default_priority,
        make_interval(mins => released_after_minutes),
        create_queue.description, create_queue.open_to_customers,
        create_queue.customers_set_priority,
        make_interval(hours => remind_after_hours), make_interval(hours => close_after_hours)
    )
    on conflict on constraint queues_key_key do nothing
    returning * into queue;
    if queue.id is null then
        raise sqlstate 'PT409' using
            message = 'key-taken',
            detail = 'There is a queue with this key already, perhaps an archived one.';
    end if;
    response := private.queue_response(queue);
    perform private.store_response(idempotency_key, response);
    return response;
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.create_queue is 'Creates a queue; needs queues.manage.';

create function api.change_queue(
    queue text, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.queues := private.lock_queue(queue);
begin
    perform private.require_fields(changes, '{
        "name": "string", "archived": "boolean", "strategy": "string",
        "default_priority": "string?", "released_after_minutes": "integer?",
        "description": "string",
        "open_to_customers": "boolean", "customers_set_priority": "boolean",
        "remind_after_hours": "integer?", "close_after_hours": "integer?"
    }');
    if changes ?| array['name', 'description', 'archived', 'open_to_customers'] then
        perform private.require_permission('queues.manage');
    end if;
    perform private.require_version(target.version, expected_version);
    if target.is_default and changes -> 'open_to_customers' = 'false' then
        raise sqlstate 'PT409' using
            message = 'default-queue',
            detail = 'Tickets without a queue come here, so it stays open to customers.';
    end if;
    perform private.require_strategy(changes ->> 'strategy');
    if (changes ->> 'archived')::boolean and target.archived_at is null then
        -- Waits for tickets that are being inserted or reopened; later ones wait for this
        -- transaction.
        perform from public.queues where id = target.id for update;
    end if;
    update public.queues as queues
    set
        name = coalesce(changes ->> 'name', target.name),
        archived_at = case (changes ->> 'archived')::boolean
            when true then coalesce(target.archived_at, now())
            when false then null
            else target.archived_at
        end,
        strategy = coalesce(changes ->> 'strategy', target.strategy),
        default_priority = case
            when changes ? 'default_priority'
                then (changes ->> 'default_priority')::public.ticket_priority
            else target.default_priority
        end,
        released_after = case
            when changes ? 'released_after_minutes'
                then make_interval(mins => (changes ->> 'released_after_minutes')::integer)
            else target.released_after
        end,
        remind_after = case
            when changes ? 'remind_after_hours'
                then make_interval(hours => (changes ->> 'remind_after_hours')::integer)
            else target.remind_after
        end,
        close_after = case
            when changes ? 'close_after_hours'
                then make_interval(hours => (changes ->> 'close_after_hours')::integer)
            else target.close_after
        end,
        description = coalesce(changes ->> 'description', target.description),
        open_to_customers = coalesce(
            (changes ->> 'open_to_customers')::boolean, target.open_to_customers
        ),
        customers_set_priority = coalesce(
            (changes ->> 'customers_set_priority')::boolean, target.customers_set_priority
        )
    where queues.id = target.id
    returning * into target;
    if changes ? 'strategy' and target.strategy <> 'manual' then
        perform private.start_job('waiting_tickets');
    end if;
    return private.queue_response(target);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_queue is
'Changes strategy, default_priority (null: triage decides), customers_set_priority, released_after_minutes, remind_after_hours and close_after_hours (null: never) with queues.lead in the queue; name, description, archived and open_to_customers with queues.manage.';

-- Members --------------------------------------------------------------------

create function private.member_json(member public.queue_members) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.agent_json(member.person_id)
        || jsonb_build_object('joined_at', member.joined_at);
$$;
comment on function private.member_json is 'A member of a queue as JSON: the agent, with joined_at.';

create function api.list_queue_members(queue text) returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.queues := private.find_readable_queue(queue);
begin
    return query
    select private.member_json(queue_members)
    from public.queue_members
    inner join public.people on people.id = queue_members.person_id
    where queue_members.queue_id = target.id
    order by people.name, people.id;
end;
$$;
comment on function api.list_queue_members is
'The members of a queue that the caller may read, by name, with their availability and load.';

create function api.list_assignable(
    queue text,
    search text default null,
    after jsonb default null,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.queues := private.find_readable_queue(queue);
    after_name constant text := after ->> 0;
    after_id constant uuid := (after ->> 1)::uuid;
    found_agents json[];
    sort_keys jsonb[];
    page record;
begin
    -- Who reads every queue need not be a member.
    with candidates as (
        select queue_members.person_id from public.queue_members
        where queue_members.queue_id = target.id
        union
        select held.person_id from private.held_permissions as held
        where held.permission = 'tickets.read_all'
    ),

    assignable as (
        select people.id, people.name
        from candidates
        inner join public.people on people.id = candidates.person_id
        where (after is null or (people.name, people.id) > (after_name, after_id))
            and (
                list_assignable.search is null
                or strpos(lower(people.name), lower(list_assignable.search)) > 0
            )
            and private.can_work(people.id, target.id)
        order by people.name, people.id
        limit private.page_limit(page_size) + 1
    )

    select
        array_agg(
            private.agent_json(assignable.id)::json order by assignable.name, assignable.id
        ),
        array_agg(
            jsonb_build_array(assignable.name, assignable.id)
            order by assignable.name, assignable.id
        )
    into found_agents, sort_keys
    from assignable;
    select * into page from private.page_of(found_agents, sort_keys, page_size);
    return json_build_object('items', page.items, 'next', page.next);
end;
$$;
comment on function api.list_assignable is
'A page of the people to whom tickets of a queue that the caller may read can be assigned, by name after a cursor, with their availability, capacity and load; filtered by a part of the name.';

create function api.add_queue_member(queue text, person uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.queues := private.lock_queue(queue);
    member public.queue_members;
begin
    if not (private.can_sign_in(person) and private.works_tickets(person)) then
        raise sqlstate 'PT422' using
            message = 'not-eligible',
            detail = 'There is no such person, or their roles do not let them read and take tickets.';
    end if;
    insert into public.queue_members (queue_id, person_id)
    values (target.id, person)
    on conflict do nothing;
    if found then
        perform private.start_job('waiting_tickets');
    end if;
    select * into member from public.queue_members
    where queue_id = target.id and person_id = person;
    return private.member_json(member);
end;
$$;
comment on function api.add_queue_member is
'Adds a member to a queue; needs queues.lead in the queue, or queues.manage.';

create function api.remove_queue_member(queue text, person uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.queues := private.lock_queue(queue);
    member public.queue_members;
begin
    delete from public.queue_members
    where queue_id = target.id and person_id = person
    returning * into member;
    if member.person_id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'This person does not work the queue.';
    end if;
    return private.member_json(member);
end;
$$;
comment on function api.remove_queue_member is
'Removes a member from a queue, which releases their unsolved tickets there. Needs queues.lead in the queue, or queues.manage.';

grant execute on function
api.list_queues, api.get_queue, api.create_queue, api.change_queue, api.list_queue_members,
api.list_assignable, api.add_queue_member, api.remove_queue_member
to authenticated;
