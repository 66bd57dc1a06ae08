-- Sending webhooks: a worker claims what is due, records how it went, and notes which
-- endpoints work. All of it may be run by several workers at once. Administrators read the
-- log and send again.

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

create function api.claim_webhook_deliveries(
    at_most integer default 32, lease_seconds integer default 90
)
returns table (
    delivery_id uuid, endpoint_id uuid, event_id uuid, type text, attempt integer,
    age_seconds double precision, url text, secrets text[], body text
)
language sql security definer set search_path = ''
as $$
    -- Each endpoint has a few places of its own, one that fails a single one, and those
    -- that work come first: one that hangs cannot take the places of all.
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
        limit at_most
    ),

    claimed as (
        update private.webhook_deliveries as deliveries
        set
            attempts = deliveries.attempts + 1,
            first_attempt_at = coalesce(deliveries.first_attempt_at, now()),
            leased_until = now() + make_interval(secs => lease_seconds),
            due_at = now() + make_interval(secs => lease_seconds)
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
    order by claimed.created_at, claimed.seq;
$$;
comment on function api.claim_webhook_deliveries is
'Deliveries to send now, leased to whoever asks; no two workers get the same one while a lease lasts.';

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
'Notes that an endpoint works or fails; true when it is disabled for that.';

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
    held private.webhook_deliveries;
begin
    -- The endpoint first, as whoever deletes one does, so that the two never deadlock.
    perform from private.webhook_endpoints as endpoints
    where endpoints.id = (
        select deliveries.endpoint_id from private.webhook_deliveries as deliveries
        where deliveries.id = delivery
    )
    for key share;
    select * into held from private.webhook_deliveries where id = delivery for update;
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
    -- Who comes after its lease has no say any more, except that it was delivered.
    if held.state <> 'pending'
    or (held.attempts <> record_webhook_attempt.attempt and outcome <> 'delivered') then
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
    return private.record_endpoint_health(held.endpoint_id, outcome);
end;
$$;
comment on function api.record_webhook_attempt is
'Records how an attempt went: delivered, retry (in so many seconds), gave_up or gone; true when it disabled the endpoint.';

create function api.delete_old_webhook_deliveries(at_most integer default 1000) returns integer
language sql security definer set search_path = ''
as $$
    with old as (
        select deliveries.id
        from private.webhook_endpoints as endpoints
        cross join lateral (
            select logged.id from private.webhook_deliveries_expired as logged
            where logged.endpoint_id = endpoints.id
            order by logged.created_at
            limit at_most
        ) as deliveries
        limit at_most
    ),

    forgotten as (
        delete from private.webhook_deliveries as deliveries using old
        where deliveries.id = old.id
        returning 1
    )

    select count(*)::integer from forgotten;
$$;
comment on function api.delete_old_webhook_deliveries is
'Deletes some of the deliveries that are older than the log is kept; returns how many.';

-- The log --------------------------------------------------------------------

create function private.delivery_json(delivery private.webhook_deliveries) returns jsonb
language sql stable set search_path = ''
as $$
    select to_jsonb(delivery) - 'first_attempt_at' || jsonb_build_object(
        'due_at', case when delivery.state = 'pending' then delivery.due_at end
    );
$$;
comment on function private.delivery_json is 'A delivery as it is shown.';

create function api.list_webhook_deliveries(
    webhook uuid, state text default null, before jsonb default null, page_size integer default 50
) returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform api.get_webhook(webhook);
    -- One query a filter, so that each has the index that is made for it.
    if state = 'failed' then
        return query
        select private.delivery_json(deliveries)
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
        select private.delivery_json(deliveries)
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
comment on function api.list_webhook_deliveries is
'What an endpoint was or is to be sent, newest first before a place, all or in one state; needs webhooks.manage.';

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
    select to_jsonb(logged) || jsonb_build_object('request', left(deliveries.payload::text, 1024))
    from private.webhook_attempts as logged
    inner join private.webhook_deliveries as deliveries on deliveries.id = logged.delivery_id
    where logged.delivery_id = delivery
    order by logged.attempt;
end;
$$;
comment on function api.list_webhook_attempts is
'Every attempt at a delivery, in order, with the beginning of what was sent and answered; needs webhooks.manage.';

-- Sending again --------------------------------------------------------------

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

create function api.ping_webhook(webhook uuid, idempotency_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    answer jsonb := private.stored_response(
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
    answer := private.delivery_json(delivery);
    perform private.store_response(idempotency_key, answer);
    return answer;
end;
$$;
comment on function api.ping_webhook is
'Owes an endpoint a delivery of type WEBHOOK_PING, to try it; needs webhooks.manage.';

create function private.next_replay(endpoint uuid, event uuid) returns integer
language sql stable security definer set search_path = ''
as $$
    select coalesce(1 + max(deliveries.replay), 0)
    from private.webhook_deliveries as deliveries
    where deliveries.endpoint_id = next_replay.endpoint and deliveries.event_id = next_replay.event;
$$;
comment on function private.next_replay is 'The number that another delivery of an event to an endpoint gets.';

create function api.replay_webhook_delivery(
    webhook uuid, delivery uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_live_webhook(webhook);
    answer jsonb := private.stored_response(
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
    answer := private.delivery_json(replayed);
    perform private.store_response(idempotency_key, answer);
    return answer;
end;
$$;
comment on function api.replay_webhook_delivery is
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
'Events of a time that an endpoint would hear of again; none that is still to be sent. One more than may be replayed at once.';

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
    answer jsonb := private.stored_response(
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
    perform private.store_response(idempotency_key, answer);
    return answer;
end;
$$;
comment on function api.replay_webhook_events is
'Sends the events of a time that never arrived, or all of them, and says how many: 10,000 at most, also such as happened while the endpoint was disabled. Needs webhooks.manage.';

grant execute on function
api.list_webhook_deliveries, api.list_webhook_attempts, api.ping_webhook,
api.replay_webhook_delivery, api.replay_webhook_events
to authenticated;
grant execute on function
api.claim_webhook_deliveries, api.record_webhook_attempt,
api.delete_old_webhook_deliveries
to service_role;
