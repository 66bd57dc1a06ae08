-- What administrators do with webhooks: make, change, try and delete endpoints; read the
-- log; send again. A secret is told when it is made, and never again.

create function private.new_webhook_secret() returns text
language sql volatile set search_path = ''
as $$
    select 'whsec_' || encode(extensions.gen_random_bytes(30), 'base64');
$$;
comment on function private.new_webhook_secret is '30 random bytes as Standard Webhooks writes a secret.';

create function private.webhook_view(endpoint private.webhook_endpoints) returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object(
        'id', endpoint.id,
        'url', endpoint.url,
        'description', endpoint.description,
        'event_types', endpoint.event_types,
        'include_internal', endpoint.include_internal,
        'old_secret_ends_at', case
            when endpoint.old_secret_ends_at > now() then endpoint.old_secret_ends_at
        end,
        'paused_at', endpoint.paused_at,
        'disabled_at', endpoint.disabled_at,
        'disabled_reason', endpoint.disabled_reason,
        'failing_since', endpoint.failing_since,
        'created_by', endpoint.created_by,
        'created_at', endpoint.created_at,
        'updated_at', endpoint.updated_at
    );
$$;
comment on function private.webhook_view is 'An endpoint as it may be shown: never its secrets.';

create function private.lock_webhook(webhook uuid) returns private.webhook_endpoints
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints;
begin
    perform private.require_permission('webhooks.manage');
    select * into endpoint from private.webhook_endpoints where id = webhook for update;
    if endpoint.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such webhook.';
    end if;
    return endpoint;
end;
$$;
comment on function private.lock_webhook is
'The guard of every webhook command: finds an endpoint and locks it; PT401, PT403, PT404.';

create function public.list_webhooks() returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_permission('webhooks.manage');
    return query
    select private.webhook_view(endpoints)
    from private.webhook_endpoints as endpoints
    order by endpoints.created_at, endpoints.id;
end;
$$;
comment on function public.list_webhooks is 'Every endpoint, oldest first; needs webhooks.manage.';

create function public.get_webhook(webhook uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints;
begin
    perform private.require_permission('webhooks.manage');
    select * into endpoint from private.webhook_endpoints where id = webhook;
    if endpoint.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such webhook.';
    end if;
    return private.webhook_view(endpoint);
end;
$$;
comment on function public.get_webhook is 'One endpoint; needs webhooks.manage.';

create function public.create_webhook(
    url text,
    description text default '',
    event_types text[] default null,
    include_internal boolean default false,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('webhooks.manage');
    request constant jsonb := jsonb_build_object(
        'command', 'create_webhook', 'url', url, 'description', description,
        'event_types', event_types, 'include_internal', include_internal
    );
    answer jsonb := private.answer_given(idempotency_key, request);
    endpoint private.webhook_endpoints;
begin
    if answer is not null then
        return answer;
    end if;
    -- Every event is weighed against every endpoint, and every claim visits each.
    if (select count(*) from private.webhook_endpoints) >= 50 then
        raise sqlstate 'PT409' using
            message = 'too-many-webhooks',
            detail = 'A desk has 50 webhooks at most. Delete one first.';
    end if;
    insert into private.webhook_endpoints (
        url, description, event_types, include_internal, secret, created_by
    )
    values (
        create_webhook.url, create_webhook.description, create_webhook.event_types,
        create_webhook.include_internal, private.new_webhook_secret(), me
    )
    returning * into endpoint;
    answer := private.webhook_view(endpoint) || jsonb_build_object('secret', endpoint.secret);
    perform private.keep_answer(idempotency_key, answer);
    return answer;
end;
$$;
comment on function public.create_webhook is
'Makes an endpoint and tells its secret, this once; needs webhooks.manage.';

create function public.change_webhook(webhook uuid, changes jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints := private.lock_webhook(webhook);
    enabled constant boolean := coalesce((changes ->> 'enabled')::boolean, false);
begin
    update private.webhook_endpoints as endpoints
    set
        url = coalesce(changes ->> 'url', endpoint.url),
        description = coalesce(changes ->> 'description', endpoint.description),
        event_types = case
            when not changes ? 'event_types' then endpoint.event_types
            when jsonb_typeof(changes -> 'event_types') = 'array' then array(
                select wanted from jsonb_array_elements_text(changes -> 'event_types') as wanted
            )
        end,
        include_internal = coalesce(
            (changes ->> 'include_internal')::boolean, endpoint.include_internal
        ),
        paused_at = case (changes ->> 'paused')::boolean
            when true then coalesce(endpoint.paused_at, now())
            when false then null
            else endpoint.paused_at
        end,
        disabled_at = case when not enabled then endpoint.disabled_at end,
        disabled_reason = case when not enabled then endpoint.disabled_reason end,
        failing_since = case when not enabled then endpoint.failing_since end,
        updated_at = now()
    where endpoints.id = endpoint.id
    returning * into endpoint;
    return private.webhook_view(endpoint);
end;
$$;
comment on function public.change_webhook is
'Changes url, description, event_types (null for all), include_internal, paused; enabled true ends being disabled. Needs webhooks.manage.';

create function public.rotate_webhook_secret(webhook uuid, idempotency_key text default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints := private.lock_webhook(webhook);
    answer jsonb := private.answer_given(
        idempotency_key,
        jsonb_build_object('command', 'rotate_webhook_secret', 'webhook', webhook)
    );
begin
    if answer is not null then
        return answer;
    end if;
    update private.webhook_endpoints as endpoints
    set
        secret = private.new_webhook_secret(),
        old_secret = endpoint.secret,
        old_secret_ends_at = now() + interval '1 day',
        updated_at = now()
    where endpoints.id = endpoint.id
    returning * into endpoint;
    answer := private.webhook_view(endpoint) || jsonb_build_object('secret', endpoint.secret);
    perform private.keep_answer(idempotency_key, answer);
    return answer;
end;
$$;
comment on function public.rotate_webhook_secret is
'Gives an endpoint a new secret and tells it, this once. The old one signs beside it for a day; one older still ends now.';

create function public.delete_webhook(webhook uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_webhook(webhook);
begin
    delete from private.webhook_endpoints where id = endpoint.id;
    return private.webhook_view(endpoint);
end;
$$;
comment on function public.delete_webhook is
'Deletes an endpoint, its deliveries and its log, and returns it as it was; needs webhooks.manage.';

-- For administrators: deliveries --------------------------------------------

create function private.delivery_view(delivery private.webhook_deliveries) returns jsonb
language sql stable set search_path = ''
as $$
    select to_jsonb(delivery) - 'first_attempt_at' || jsonb_build_object(
        'due_at', case when delivery.state = 'pending' then delivery.due_at end
    );
$$;
comment on function private.delivery_view is 'A delivery as it is shown.';

create function private.lock_live_webhook(webhook uuid) returns private.webhook_endpoints
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_webhook(webhook);
begin
    if endpoint.disabled_at is not null then
        raise sqlstate 'PT409' using
            message = 'webhook-disabled',
            detail = 'Nothing is sent to a disabled webhook. Enable it first.';
    end if;
    return endpoint;
end;
$$;
comment on function private.lock_live_webhook is
'The guard of commands that send: as lock_webhook, and PT409 for a disabled endpoint.';

create function public.ping_webhook(webhook uuid, idempotency_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    answer jsonb := private.answer_given(
        idempotency_key, jsonb_build_object('command', 'ping_webhook', 'webhook', webhook)
    );
    delivery private.webhook_deliveries;
begin
    if answer is not null then
        return answer;
    end if;
    insert into private.webhook_deliveries (endpoint_id, event_id, type, payload)
    values (
        endpoint.id, extensions.uuid_generate_v4(), 'WEBHOOK_PING',
        jsonb_build_object(
            'type', 'WEBHOOK_PING', 'timestamp', now(),
            'data', jsonb_build_object('webhook_id', endpoint.id)
        )
    )
    returning * into delivery;
    answer := private.delivery_view(delivery);
    perform private.keep_answer(idempotency_key, answer);
    return answer;
end;
$$;
comment on function public.ping_webhook is
'Owes an endpoint a delivery of type WEBHOOK_PING, to try it; needs webhooks.manage.';

create function public.list_webhook_deliveries(
    webhook uuid, state text default null, before jsonb default null, page_size integer default 50
) returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform public.get_webhook(webhook);
    -- One query a filter, so that each has the index that is made for it.
    if state = 'failed' then
        return query
        select private.delivery_view(deliveries)
        from private.webhook_deliveries as deliveries
        where deliveries.endpoint_id = webhook
            and deliveries.state = 'failed'
            and (
                before is null
                or (deliveries.created_at, deliveries.id)
                < ((before ->> 0)::timestamptz, (before ->> 1)::uuid)
            )
        order by deliveries.created_at desc, deliveries.id desc
        limit page_size;
    else
        return query
        select private.delivery_view(deliveries)
        from private.webhook_deliveries as deliveries
        where deliveries.endpoint_id = webhook
            and (
                list_webhook_deliveries.state is null
                or deliveries.state = list_webhook_deliveries.state
            )
            and (
                before is null
                or (deliveries.created_at, deliveries.id)
                < ((before ->> 0)::timestamptz, (before ->> 1)::uuid)
            )
        order by deliveries.created_at desc, deliveries.id desc
        limit page_size;
    end if;
end;
$$;
comment on function public.list_webhook_deliveries is
'What an endpoint was or is to be sent, newest first before a place, all or in one state; needs webhooks.manage.';

create function public.list_webhook_attempts(webhook uuid, delivery uuid) returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform public.get_webhook(webhook);
    if not exists (
        select from private.webhook_deliveries where id = delivery and endpoint_id = webhook
    ) then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such delivery to this webhook.';
    end if;
    return query
    select to_jsonb(logged) || jsonb_build_object('request', left(deliveries.payload::text, 1024))
    from private.webhook_attempts as logged
    inner join private.webhook_deliveries as deliveries on deliveries.id = logged.delivery_id
    where logged.delivery_id = delivery
    order by logged.attempt;
end;
$$;
comment on function public.list_webhook_attempts is
'Every attempt at a delivery, in order, with the beginning of what was sent and answered; needs webhooks.manage.';

create function private.next_replay(endpoint uuid, event uuid) returns integer
language sql stable security definer set search_path = ''
as $$
    select coalesce(1 + max(deliveries.replay), 0)
    from private.webhook_deliveries as deliveries
    where deliveries.endpoint_id = next_replay.endpoint and deliveries.event_id = next_replay.event;
$$;
comment on function private.next_replay is 'The number that another delivery of an event to an endpoint gets.';

create function public.replay_webhook_delivery(
    webhook uuid, delivery uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    answer jsonb := private.answer_given(
        idempotency_key,
        jsonb_build_object(
            'command', 'replay_webhook_delivery', 'webhook', webhook, 'delivery', delivery
        )
    );
    replayed private.webhook_deliveries;
begin
    if answer is not null then
        return answer;
    end if;
    insert into private.webhook_deliveries (
        endpoint_id, event_id, replay, type, ticket_id, seq, payload
    )
    select
        earlier.endpoint_id, earlier.event_id,
        private.next_replay(earlier.endpoint_id, earlier.event_id),
        earlier.type, earlier.ticket_id, earlier.seq, earlier.payload
    from private.webhook_deliveries as earlier
    where earlier.id = delivery and earlier.endpoint_id = endpoint.id
    returning * into replayed;
    if replayed.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such delivery to this webhook.';
    end if;
    answer := private.delivery_view(replayed);
    perform private.keep_answer(idempotency_key, answer);
    return answer;
end;
$$;
comment on function public.replay_webhook_delivery is
'Sends a delivery again, as a new one with the same webhook-id; needs webhooks.manage.';

create function private.events_to_replay(
    endpoint private.webhook_endpoints, since timestamptz, until timestamptz, delivered_too boolean
) returns setof public.ticket_events
language sql stable security definer set search_path = ''
as $$
    select events.*
    from public.ticket_events as events
    where events.occurred_at >= since
        and events.occurred_at < until
        and private.hears(endpoint, events)
        and not exists (
            select
            from private.webhook_deliveries as deliveries
            where deliveries.endpoint_id = endpoint.id
                and deliveries.event_id = events.id
                and (
                    deliveries.state = 'pending'
                    or (deliveries.state = 'delivered' and not delivered_too)
                )
        )
    order by events.occurred_at, events.seq
    limit 10001;
$$;
comment on function private.events_to_replay is
'Events of a time that an endpoint would hear of again; none that is still to be sent. One more than may be replayed at once.';

create function public.replay_webhook_events(
    webhook uuid,
    since timestamptz,
    until timestamptz default now(),
    delivered_too boolean default false,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    answer jsonb := private.answer_given(
        idempotency_key,
        jsonb_build_object(
            'command', 'replay_webhook_events', 'webhook', webhook, 'since', since,
            'until', nullif(until, now()), 'delivered_too', delivered_too
        )
    );
    replayed integer;
begin
    if answer is not null then
        return answer;
    end if;
    if until <= since or until - since > interval '31 days' then
        raise sqlstate 'PT422' using
            message = 'bad-range', detail = 'The time ends after it begins, 31 days later at most.';
    end if;
    insert into private.webhook_deliveries (
        endpoint_id, event_id, replay, type, ticket_id, seq, payload
    )
    select
        endpoint.id, events.id, private.next_replay(endpoint.id, events.id),
        events.type, events.ticket_id, events.seq, private.event_payload(events)
    from private.events_to_replay(endpoint, since, until, delivered_too) as events
    on conflict do nothing;
    get diagnostics replayed = row_count;
    if replayed > 10000 then
        raise sqlstate 'PT422' using
            message = 'too-many-events',
            detail = 'There are more than 10,000 events in this time. Take a shorter one.';
    end if;
    answer := jsonb_build_object('replayed', replayed);
    perform private.keep_answer(idempotency_key, answer);
    return answer;
end;
$$;
comment on function public.replay_webhook_events is
'Sends the events of a time that never arrived, or all of them, and says how many: 10,000 at most, also such as happened while the endpoint was disabled. Needs webhooks.manage.';

grant execute on function
public.list_webhooks, public.get_webhook, public.create_webhook, public.change_webhook,
public.rotate_webhook_secret, public.delete_webhook, public.ping_webhook,
public.list_webhook_deliveries, public.list_webhook_attempts,
public.replay_webhook_delivery, public.replay_webhook_events
to authenticated;
