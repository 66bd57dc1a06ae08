-- Sending of webhook deliveries: workers claim due deliveries and record each attempt, and
-- endpoints that fail for too long are disabled. Several workers may run at once.
-- Administrators list deliveries and attempts, send pings, and replay.

create view private.webhook_deliveries_due as
select
    id,
    endpoint_id,
    due_at
from private.webhook_deliveries
where state = 'pending' and due_at <= now();
comment on view private.webhook_deliveries_due is 'Deliveries that no worker is at.';

create view private.webhook_deliveries_expired as
select
    id,
    endpoint_id,
    created_at
from private.webhook_deliveries
where created_at < now() - (select settings.webhook_log_kept from private.settings);
comment on view private.webhook_deliveries_expired is 'Deliveries that are to be deleted.';

-- Sending --------------------------------------------------------------------

create function private.webhook_attempts_limit() returns integer
language sql immutable set search_path = ''
as $$
    select 40;
$$;
comment on function private.webhook_attempts_limit is
'How often a delivery may be claimed: twice what the schedule of a day comes to. Only deliveries whose attempts are not recorded get there.';

create function api.claim_webhook_deliveries(
    max_items integer default 32, lease_seconds integer default 90
)
returns table (
    delivery_id uuid, endpoint_id uuid, event_id uuid, type text, attempt integer,
    age_seconds double precision, url text, secrets text[], body text
)
language sql security definer set search_path = ''
as $$
    -- An endpoint has at most 8 deliveries leased at once, a failing one only 1, and working
    -- endpoints come first: one that hangs cannot block the others.
    with due as (
        select waiting.id
        from private.webhook_endpoints as endpoints
        cross join lateral (
            select deliveries.id, deliveries.due_at
            from private.webhook_deliveries_due as deliveries
            where deliveries.endpoint_id = endpoints.id
            order by deliveries.due_at
            limit greatest(0, case when endpoints.failing_since is null then 8 else 1 end - (
                select count(*) from private.webhook_deliveries as sending
                where sending.endpoint_id = endpoints.id and sending.leased_until > now()
            ))
            for update skip locked
        ) as waiting
        where endpoints.paused_at is null and endpoints.disabled_at is null
        order by endpoints.failing_since is not null, waiting.due_at
        limit max_items
    ),

    claimed as (
        update private.webhook_deliveries as deliveries
        set
            attempts = deliveries.attempts + 1,
            first_attempt_at = coalesce(deliveries.first_attempt_at, now()),
            leased_until = case
                when deliveries.attempts < private.webhook_attempts_limit()
                    then now() + make_interval(secs => lease_seconds)
            end,
            -- Due again by the schedule of retries also where an attempt is never recorded.
            due_at = now() + greatest(
                make_interval(secs => lease_seconds),
                interval '5 seconds' * 2 ^ least(deliveries.attempts, 9)
            ),
            gave_up_at = case
                when deliveries.attempts >= private.webhook_attempts_limit() then now()
            end,
            last_error = case
                when deliveries.attempts >= private.webhook_attempts_limit()
                    then coalesce(deliveries.last_error, 'No attempt was recorded.')
                else deliveries.last_error
            end
        from due
        where deliveries.id = due.id
        returning deliveries.*
    )

    select
        claimed.id, claimed.endpoint_id, claimed.event_id, claimed.type, claimed.attempts,
        extract(epoch from now() - claimed.first_attempt_at),
        endpoints.url,
        private.endpoint_secrets(endpoints),
        claimed.payload::text
    from claimed
    inner join private.webhook_endpoints as endpoints on endpoints.id = claimed.endpoint_id
    where claimed.gave_up_at is null
    order by claimed.created_at, claimed.seq;
$$;
comment on function api.claim_webhook_deliveries is
'Claims deliveries to send now, each leased to one worker for lease_seconds; gives up those that were claimed too often. For workers.';

create function private.record_endpoint_health(endpoint uuid, outcome text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    if outcome = 'delivered' then
        update private.webhook_endpoints set failing_since = null
        where id = endpoint and failing_since is not null;
        return false;
    end if;
    update private.webhook_endpoints set failing_since = now()
    where id = endpoint and failing_since is null;
    update private.webhook_endpoints
    set
        disabled_at = now(),
        disabled_reason = case when outcome = 'gone' then 'gone' else 'failing' end
    where id = endpoint
        and disabled_at is null
        and (
            outcome = 'gone'
            or failing_since <= now() - (select webhook_disabled_after from private.settings)
        );
    return found;
end;
$$;
comment on function private.record_endpoint_health is
'Records that an endpoint works or fails; true when this disables it.';

create function api.record_webhook_attempt(
    delivery uuid,
    attempt integer,
    outcome text,
    log jsonb,
    retry_seconds double precision default null
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    delivery_row private.webhook_deliveries;
begin
    -- Locks the endpoint first, as deleting one does, so that the two never deadlock.
    perform from private.webhook_endpoints as endpoints
    where endpoints.id = (
        select deliveries.endpoint_id from private.webhook_deliveries as deliveries
        where deliveries.id = delivery
    )
    for key share;
    select * into delivery_row from private.webhook_deliveries where id = delivery for update;
    if not found then
        return false;
    end if;
    insert into private.webhook_attempts (
        delivery_id, attempt, attempted_at, milliseconds, status, request_headers, response, error
    )
    values (
        delivery, record_webhook_attempt.attempt, (log ->> 'attempted_at')::timestamptz,
        (log ->> 'milliseconds')::integer, (log ->> 'status')::smallint,
        coalesce(log -> 'request_headers', '{}'),
        left(log ->> 'response', 1024), left(log ->> 'error', 500)
    )
    on conflict do nothing;
    -- After its lease, an attempt counts only if it delivered.
    if delivery_row.state <> 'pending'
    or (
        delivery_row.attempts <> record_webhook_attempt.attempt and outcome <> 'delivered'
    ) then
        return false;
    end if;
    update private.webhook_deliveries
    set
        leased_until = null,
        due_at = now() + make_interval(secs => coalesce(retry_seconds, 0)),
        delivered_at = case when outcome = 'delivered' then now() end,
        gave_up_at = case when outcome in ('gave_up', 'gone') then now() end,
        last_status = (log ->> 'status')::smallint,
        last_error = left(log ->> 'error', 500)
    where id = delivery;
    return private.record_endpoint_health(delivery_row.endpoint_id, outcome);
end;
$$;
comment on function api.record_webhook_attempt is
'Records the outcome of an attempt: delivered, retry (in retry_seconds), gave_up or gone; true when it disables the endpoint. For workers.';

create function api.delete_old_webhook_deliveries(max_items integer default 1000) returns integer
language sql security definer set search_path = ''
as $$
    with old as (
        select deliveries.id
        from private.webhook_endpoints as endpoints
        cross join lateral (
            select logged.id from private.webhook_deliveries_expired as logged
            where logged.endpoint_id = endpoints.id
            order by logged.created_at
            limit max_items
        ) as deliveries
        limit max_items
    ),

    deleted as (
        delete from private.webhook_deliveries as deliveries using old
        where deliveries.id = old.id
        returning 1
    )

    select count(*)::integer from deleted;
$$;
comment on function api.delete_old_webhook_deliveries is
'Deletes deliveries that are older than the setting webhook_log_kept; returns how many. For workers.';

-- The log --------------------------------------------------------------------

create function private.delivery_json(delivery private.webhook_deliveries) returns jsonb
language sql stable set search_path = ''
as $$
    select to_jsonb(delivery) - 'first_attempt_at' || jsonb_build_object(
        'due_at', case when delivery.state = 'pending' then delivery.due_at end
    );
$$;
comment on function private.delivery_json is 'A delivery as JSON.';

create function api.list_webhook_deliveries(
    webhook uuid, state text default null, before jsonb default null, page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    before_time constant timestamptz := coalesce((before ->> 0)::timestamptz, 'infinity');
    before_id constant uuid := coalesce(
        (before ->> 1)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'
    );
    to_read constant integer := private.page_limit(page_size) + 1;
    deliveries_found private.webhook_deliveries[];
begin
    perform api.get_webhook(webhook);
    -- Two queries, so that failed deliveries are read by their partial index.
    if state = 'failed' then
        deliveries_found := array(
            select deliveries
            from private.webhook_deliveries as deliveries
            where deliveries.endpoint_id = webhook
                and deliveries.state = 'failed'
                and (deliveries.created_at, deliveries.id) < (before_time, before_id)
            order by deliveries.created_at desc, deliveries.id desc
            limit to_read
        );
    else
        deliveries_found := array(
            select deliveries
            from private.webhook_deliveries as deliveries
            where deliveries.endpoint_id = webhook
                and (
                    list_webhook_deliveries.state is null
                    or deliveries.state = list_webhook_deliveries.state
                )
                and (deliveries.created_at, deliveries.id) < (before_time, before_id)
            order by deliveries.created_at desc, deliveries.id desc
            limit to_read
        );
    end if;
    return (
        select to_json(page)
        from private.page_of(
            array(
                select private.delivery_json(listed)::json
                from unnest(deliveries_found) as listed
                order by listed.created_at desc, listed.id desc
            ),
            array(
                select jsonb_build_array(listed.created_at, listed.id)
                from unnest(deliveries_found) as listed
                order by listed.created_at desc, listed.id desc
            ),
            page_size
        ) as page
    );
end;
$$;
comment on function api.list_webhook_deliveries is
'A page of the deliveries to an endpoint, newest first before a cursor, all or in one state: items, and the cursor of the next page, null at the end; needs webhooks.manage.';

create function api.list_webhook_attempts(webhook uuid, delivery uuid) returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform api.get_webhook(webhook);
    if not exists (
        select from private.webhook_deliveries where id = delivery and endpoint_id = webhook
    ) then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such delivery to this webhook.';
    end if;
    return query
    select to_jsonb(log) || jsonb_build_object('request', left(deliveries.payload::text, 1024))
    from private.webhook_attempts as log
    inner join private.webhook_deliveries as deliveries on deliveries.id = log.delivery_id
    where log.delivery_id = delivery
    order by log.attempt;
end;
$$;
comment on function api.list_webhook_attempts is
'The attempts at a delivery, in order, with the beginning of request and response; needs webhooks.manage.';

-- Pings and replays ----------------------------------------------------------

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
'The guard of commands that send: like lock_webhook, with PT409 for a disabled endpoint.';

create function api.ping_webhook(webhook uuid, idempotency_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    response jsonb := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'ping_webhook', 'webhook', webhook)
    );
    delivery private.webhook_deliveries;
begin
    if response is not null then
        return response;
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
    perform private.start_job('webhooks');
    response := private.delivery_json(delivery);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.ping_webhook is
'Creates a delivery of type WEBHOOK_PING, sent at once, to test an endpoint; needs webhooks.manage.';

create function private.next_replay(endpoint uuid, event uuid) returns integer
language sql stable security definer set search_path = ''
as $$
    select coalesce(1 + max(deliveries.replay), 0)
    from private.webhook_deliveries as deliveries
    where deliveries.endpoint_id = next_replay.endpoint and deliveries.event_id = next_replay.event;
$$;
comment on function private.next_replay is 'The replay number of the next delivery of an event to an endpoint.';

create function api.replay_webhook_delivery(
    webhook uuid, delivery uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'replay_webhook_delivery', 'webhook', webhook, 'delivery', delivery
        )
    );
    replayed private.webhook_deliveries;
begin
    if response is not null then
        return response;
    end if;
    insert into private.webhook_deliveries (
        endpoint_id, event_id, replay, type, ticket_id, seq, payload
    )
    select
        original.endpoint_id, original.event_id,
        private.next_replay(original.endpoint_id, original.event_id),
        original.type, original.ticket_id, original.seq, original.payload
    from private.webhook_deliveries as original
    where original.id = delivery and original.endpoint_id = endpoint.id
    returning * into replayed;
    if replayed.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such delivery to this webhook.';
    end if;
    perform private.start_job('webhooks');
    response := private.delivery_json(replayed);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.replay_webhook_delivery is
'Creates a new delivery of the same event, with the same webhook-id; needs webhooks.manage.';

create function private.events_to_replay(
    endpoint private.webhook_endpoints, since timestamptz, until timestamptz,
    delivered_too boolean
) returns setof public.ticket_events
language sql stable security definer set search_path = ''
as $$
    select events.*
    from public.ticket_events as events
    where events.occurred_at >= since
        and events.occurred_at < until
        and private.subscribes_to(endpoint, events)
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
'The events of a time range to replay to an endpoint, without those still pending; at most one more than may be replayed at once.';

create function api.replay_webhook_events(
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
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'replay_webhook_events', 'webhook', webhook, 'since', since,
            'until', nullif(until, now()), 'delivered_too', delivered_too
        )
    );
    replayed integer;
begin
    if response is not null then
        return response;
    end if;
    if since is null or until is null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Name the time whose events are sent again.';
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
        events.type, events.ticket_id,
        case when endpoint.include_internal then events.seq else events.public_seq end,
        private.event_payload(events, endpoint.include_internal)
    from private.events_to_replay(endpoint, since, until, delivered_too) as events
    on conflict do nothing;
    get diagnostics replayed = row_count;
    if replayed > 10000 then
        raise sqlstate 'PT422' using
            message = 'too-many-events',
            detail = 'There are more than 10,000 events in this time. Take a shorter one.';
    end if;
    if replayed > 0 then
        perform private.start_job('webhooks');
    end if;
    response := jsonb_build_object('replayed', replayed);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.replay_webhook_events is
'Creates deliveries of the events of a time range that were not delivered, or of all, and returns how many: at most 10,000, including events from while the endpoint was disabled. Needs webhooks.manage.';

grant execute on function
api.list_webhook_deliveries, api.list_webhook_attempts, api.ping_webhook,
api.replay_webhook_delivery, api.replay_webhook_events
to authenticated;
grant execute on function
api.claim_webhook_deliveries, api.record_webhook_attempt,
api.delete_old_webhook_deliveries
to service_role;
