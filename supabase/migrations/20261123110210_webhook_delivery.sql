-- Sending webhooks: a worker claims what is due, records how it went, and notes which
-- endpoints work. All of it may be run by several workers at once.

create function public.claim_webhook_deliveries(
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
            from private.webhook_deliveries as deliveries
            where deliveries.endpoint_id = endpoints.id
                and deliveries.state = 'pending'
                and deliveries.due_at <= now()
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
        case
            when endpoints.old_secret_ends_at > now()
                then array[endpoints.secret, endpoints.old_secret]
            else array[endpoints.secret]
        end,
        claimed.payload::text
    from claimed
    inner join private.webhook_endpoints as endpoints on endpoints.id = claimed.endpoint_id
    order by claimed.created_at, claimed.seq;
$$;
comment on function public.claim_webhook_deliveries is
'Deliveries to send now, leased to whoever asks; no two workers get the same one while a lease lasts.';

create function private.note_health(endpoint uuid, outcome text) returns boolean
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
            or failing_since <= now() - (select webhook_disabled_after from private.desk_settings)
        );
    return found;
end;
$$;
comment on function private.note_health is
'Notes that an endpoint works or fails; true when it is disabled for that.';

create function public.record_webhook_attempt(
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
    return private.note_health(held.endpoint_id, outcome);
end;
$$;
comment on function public.record_webhook_attempt is
'Records how an attempt went: delivered, retry (in so many seconds), gave_up or gone; true when it disabled the endpoint.';

create function public.forget_webhook_deliveries(at_most integer default 1000) returns integer
language sql security definer set search_path = ''
as $$
    with old as (
        select deliveries.id
        from private.webhook_endpoints as endpoints
        cross join lateral (
            select logged.id from private.webhook_deliveries as logged
            where logged.endpoint_id = endpoints.id
                and logged.created_at
                < now() - (select webhook_log_kept from private.desk_settings)
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
comment on function public.forget_webhook_deliveries is
'Deletes some of the deliveries that are older than the log is kept; returns how many.';

grant execute on function
public.claim_webhook_deliveries, public.record_webhook_attempt, public.forget_webhook_deliveries
to service_role;
