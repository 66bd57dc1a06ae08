-- Outbound webhooks: events are delivered to the endpoints of other systems, at least once and
-- signed. The reaction to an event creates one delivery for each endpoint that subscribes to it.
-- Secrets are stored in the Vault and returned only once, when they are created.

create table private.webhook_endpoints (
    id uuid primary key default extensions.uuid_generate_v4(),
    url text not null,
    description text not null default '',
    event_types text[],
    include_internal boolean not null default false,
    secret_id uuid not null,
    old_secret_id uuid,
    old_secret_ends_at timestamptz,
    paused_at timestamptz,
    disabled_at timestamptz,
    disabled_reason text,
    failing_since timestamptz,
    created_by uuid references public.people (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    -- Plain HTTP only to localhost, for local stacks; the sender checks the address.
    constraint webhook_endpoints_url check (
        length(url) <= 2000 and (
            url ~ '^https://[^/?#@\s]+([/?#]\S*)?$'
            or url ~ '^http://(127\.0\.0\.1|localhost)(:[0-9]+)?([/?#]\S*)?$'
        )
    ),
    constraint webhook_endpoints_description check (
        length(description) <= 200
        and (description = '' or private.is_single_line(description))
    ),
    constraint webhook_endpoints_event_types check (
        cardinality(event_types) between 1 and 50
        and array_to_string(event_types, ' ', '?') ~ '^[A-Z_]{1,60}( [A-Z_]{1,60})*$'
    ),
    constraint webhook_endpoints_old_secret check (
        (old_secret_id is null) = (old_secret_ends_at is null)
    ),
    constraint webhook_endpoints_disabled check (
        (disabled_at is null) = (disabled_reason is null)
        and disabled_reason in ('failing', 'gone')
    )
);
comment on table private.webhook_endpoints is 'Endpoints of other systems, and the secrets that their deliveries are signed with.';
comment on column private.webhook_endpoints.id is 'Identity.';
comment on column private.webhook_endpoints.url is 'Where deliveries are posted.';
comment on column private.webhook_endpoints.description is 'A description for administrators.';
comment on column private.webhook_endpoints.event_types is 'The event types that it subscribes to; null for all, including future ones.';
comment on column private.webhook_endpoints.include_internal is 'Whether it gets internal events, too, and what is numbered as staff see it.';
comment on column private.webhook_endpoints.secret_id is
'The signing secret, in the Vault; returned when it is created, never listed.';
comment on column private.webhook_endpoints.old_secret_id is
'The previous secret, in the Vault; signs in addition to the new one for a day.';
comment on column private.webhook_endpoints.old_secret_ends_at is 'When the previous secret stops signing.';
comment on column private.webhook_endpoints.paused_at is 'When it was paused: deliveries wait; null when it is not.';
comment on column private.webhook_endpoints.disabled_at is 'When it was disabled for failures: deliveries are neither sent nor created; null when it is not.';
comment on column private.webhook_endpoints.disabled_reason is 'failing: too long without a success; gone: it responded 410.';
comment on column private.webhook_endpoints.failing_since is 'The first failure since the last success; null while it works.';
comment on column private.webhook_endpoints.created_by is 'Who created it.';
comment on column private.webhook_endpoints.created_at is 'When it was created.';
comment on column private.webhook_endpoints.updated_at is 'When it was last changed.';
comment on column private.webhook_endpoints.version is
'Incremented with every change, but for successes and failures of its deliveries; its ETag.';

create trigger increment_version
before update on private.webhook_endpoints
for each row when (
    (
        new.url, new.description, new.event_types, new.include_internal, new.secret_id,
        new.paused_at, new.disabled_at
    ) is distinct from (
        old.url, old.description, old.event_types, old.include_internal, old.secret_id,
        old.paused_at, old.disabled_at
    )
)
execute function private.increment_version();

create index webhook_endpoints_created_by on private.webhook_endpoints (created_by);

create table private.webhook_deliveries (
    id uuid primary key default extensions.uuid_generate_v4(),
    endpoint_id uuid not null references private.webhook_endpoints (id) on delete cascade,
    event_id uuid not null,
    replay integer not null default 0,
    type text not null,
    ticket_id uuid references public.tickets (id) on delete cascade,
    seq integer,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    leased_until timestamptz,
    attempts integer not null default 0,
    first_attempt_at timestamptz,
    delivered_at timestamptz,
    gave_up_at timestamptz,
    last_status smallint,
    last_error text,
    state text not null generated always as (
        case
            when delivered_at is not null then 'delivered'
            when gave_up_at is not null then 'failed'
            else 'pending'
        end
    ) stored,
    constraint webhook_deliveries_once unique (endpoint_id, event_id, replay)
);
comment on table private.webhook_deliveries is 'Deliveries, each of one event to one endpoint, with their state.';
comment on column private.webhook_deliveries.id is 'Identity.';
comment on column private.webhook_deliveries.endpoint_id is 'The endpoint.';
comment on column private.webhook_deliveries.event_id is 'The event; sent as webhook-id, by which receivers deduplicate. A ping has an id of its own.';
comment on column private.webhook_deliveries.replay is '0 for the first delivery of an event, then 1, 2, 3.';
comment on column private.webhook_deliveries.type is 'The type of the event.';
comment on column private.webhook_deliveries.ticket_id is 'The ticket; null for a ping. Deliveries are deleted with their ticket.';
comment on column private.webhook_deliveries.seq is 'Position in the history of its ticket, as its payload says.';
comment on column private.webhook_deliveries.payload is 'The payload; its text is the request body.';
comment on column private.webhook_deliveries.created_at is 'When it was created.';
comment on column private.webhook_deliveries.due_at is 'When it may be claimed next; while it is leased, when another worker may claim it.';
comment on column private.webhook_deliveries.leased_until is 'When the lease of the sending worker ends; null when it is not leased.';
comment on column private.webhook_deliveries.attempts is 'How often it was claimed; the number of the current attempt.';
comment on column private.webhook_deliveries.first_attempt_at is 'When it was first claimed; retries end a day later.';
comment on column private.webhook_deliveries.delivered_at is 'When the endpoint accepted it.';
comment on column private.webhook_deliveries.gave_up_at is 'When it was given up.';
comment on column private.webhook_deliveries.last_status is 'The HTTP status of the last response, if any.';
comment on column private.webhook_deliveries.last_error is 'The last error.';
comment on column private.webhook_deliveries.state is 'pending, delivered or failed.';
create index webhook_deliveries_due_at on private.webhook_deliveries (endpoint_id, due_at)
where state = 'pending';
comment on index private.webhook_deliveries_due_at is 'Serves webhook_deliveries_due.';
create index webhook_deliveries_in_flight on private.webhook_deliveries (endpoint_id, leased_until)
where leased_until is not null;
comment on index private.webhook_deliveries_in_flight is 'Serves the count of leased deliveries of an endpoint.';
create index webhook_deliveries_log on private.webhook_deliveries (endpoint_id, created_at, id);
create index webhook_deliveries_failed on private.webhook_deliveries (endpoint_id, created_at, id)
where state = 'failed';
create index webhook_deliveries_ticket on private.webhook_deliveries (ticket_id);

create table private.webhook_attempts (
    delivery_id uuid not null references private.webhook_deliveries (id) on delete cascade,
    attempt integer not null,
    attempted_at timestamptz not null,
    milliseconds integer not null,
    status smallint,
    request_headers jsonb not null,
    response text,
    error text,
    primary key (delivery_id, attempt),
    constraint webhook_attempts_excerpts check (length(response) <= 1024 and length(error) <= 500)
);
comment on table private.webhook_attempts is 'The attempts at deliveries: request headers and response of each.';
comment on column private.webhook_attempts.delivery_id is 'The delivery.';
comment on column private.webhook_attempts.attempt is '1, 2, 3; a number is missing when a worker crashed.';
comment on column private.webhook_attempts.attempted_at is 'When it began.';
comment on column private.webhook_attempts.milliseconds is 'How long it took.';
comment on column private.webhook_attempts.status is 'The HTTP status, if there was a response.';
comment on column private.webhook_attempts.request_headers is 'The request headers, without the signature.';
comment on column private.webhook_attempts.response is 'The first 1,024 characters of the response body.';
comment on column private.webhook_attempts.error is 'Why it failed.';

-- The reaction ---------------------------------------------------------------

create function private.event_payload(
    event public.ticket_events, internal boolean
) returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object(
        'type', shown.event -> 'type',
        'timestamp', shown.event -> 'occurred_at',
        'data', shown.event
    )
    from (select private.event_json(event, internal)) as shown (event);
$$;
comment on function private.event_payload is
'The payload of an event for an audience: type, timestamp and data, as in Standard Webhooks.';

create function private.subscribes_to(
    endpoint private.webhook_endpoints, event public.ticket_events
) returns boolean
language sql stable set search_path = ''
as $$
    select (endpoint.event_types is null or event.type = any (endpoint.event_types))
        and (endpoint.include_internal or not event.is_internal);
$$;
comment on function private.subscribes_to is 'Whether an endpoint subscribes to an event.';

create function api.create_webhook_deliveries(event uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    if not private.begin_reaction(event, 'fill_webhooks') then
        return false;
    end if;
    insert into private.webhook_deliveries (endpoint_id, event_id, type, ticket_id, seq, payload)
    select
        endpoints.id, events.id, events.type, events.ticket_id,
        case when endpoints.include_internal then events.seq else events.public_seq end,
        private.event_payload(events, endpoints.include_internal)
    from public.ticket_events as events
    cross join private.webhook_endpoints as endpoints
    where events.id = event
        and endpoints.disabled_at is null
        and endpoints.created_at <= events.occurred_at
        and private.subscribes_to(endpoints, events)
    on conflict do nothing;
    return found;
end;
$$;
comment on function api.create_webhook_deliveries is
'The reaction that creates deliveries of an event to all endpoints that subscribed to it before it happened, once; true when there are any.';

-- Secrets --------------------------------------------------------------------

create function private.new_webhook_secret() returns text
language sql volatile set search_path = ''
as $$
    select 'whsec_' || encode(extensions.gen_random_bytes(30), 'base64');
$$;
comment on function private.new_webhook_secret is 'A new secret: 30 random bytes in the format of Standard Webhooks.';

create function private.endpoint_secrets(endpoint private.webhook_endpoints) returns text[]
language sql stable security definer set search_path = ''
as $$
    select array_agg(secrets.decrypted_secret order by secrets.id = endpoint.old_secret_id)
    from vault.decrypted_secrets as secrets
    where secrets.id = endpoint.secret_id
        or (secrets.id = endpoint.old_secret_id and endpoint.old_secret_ends_at > now());
$$;
comment on function private.endpoint_secrets is
'The current signing secrets of an endpoint, newest first.';

create function private.with_webhook_secret(response jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    secret constant text := decrypted_secret from vault.decrypted_secrets
        where id = (response ->> 'secret_id')::uuid;
begin
    if secret is null then
        raise sqlstate 'PT409' using
            message = 'secret-replaced',
            detail = 'The secret that this request made has been replaced since.';
    end if;
    return response - 'secret_id' || jsonb_build_object('secret', secret);
end;
$$;
comment on function private.with_webhook_secret is
'A response with its secret_id replaced by the secret; PT409 when that is deleted.';

create function private.delete_vault_secrets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from vault.secrets
    where id in (old.secret_id, old.old_secret_id)
        and (
            tg_op = 'DELETE'
            or id is distinct from new.secret_id and id is distinct from new.old_secret_id
        );
    return null;
end;
$$;
comment on function private.delete_vault_secrets is
'Deletes the secrets from the Vault that an endpoint no longer uses.';

create trigger delete_vault_secrets
after delete on private.webhook_endpoints
for each row execute function private.delete_vault_secrets();

create trigger delete_replaced_vault_secrets
after update of secret_id, old_secret_id on private.webhook_endpoints
for each row execute function private.delete_vault_secrets();

-- Commands and queries -------------------------------------------------------

create function private.webhook_json(endpoint private.webhook_endpoints) returns jsonb
language sql stable security definer set search_path = ''
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
        'created_by_name', (
            select people.name from public.people where people.id = endpoint.created_by
        ),
        'created_at', endpoint.created_at,
        'updated_at', endpoint.updated_at,
        'version', endpoint.version
    );
$$;
comment on function private.webhook_json is 'An endpoint as JSON, without its secrets.';

create function private.lock_webhook(
    webhook uuid, expected_version integer default null
) returns private.webhook_endpoints
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
    perform private.require_version(endpoint.version, expected_version);
    return endpoint;
end;
$$;
comment on function private.lock_webhook is
'The guard of webhook commands: finds an endpoint and locks it; PT401, PT403, PT404, PT412 for another version.';

create function api.list_webhooks() returns setof jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_permission('webhooks.manage');
    return query
    select private.webhook_json(endpoints)
    from private.webhook_endpoints as endpoints
    order by endpoints.created_at, endpoints.id;
end;
$$;
comment on function api.list_webhooks is 'All endpoints, oldest first; needs webhooks.manage.';

create function api.get_webhook(webhook uuid) returns jsonb
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
    return private.webhook_json(endpoint);
end;
$$;
comment on function api.get_webhook is 'Returns one endpoint; needs webhooks.manage.';

create function private.require_event_types(types text[]) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if exists (
        select from unnest(types) as requested (type)
        where requested.type is null
            or requested.type not in (select known.type from private.event_types as known)
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'There is no such type of event.';
    end if;
end;
$$;
comment on function private.require_event_types is 'PT422 unless all of these are types of events.';

create function api.create_webhook(
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
    response jsonb := private.stored_response(idempotency_key, request);
    endpoint private.webhook_endpoints;
begin
    if response is not null then
        return private.with_webhook_secret(response);
    end if;
    perform private.require_event_types(event_types);
    -- Limited, because every event is matched against all endpoints, and every claim reads all.
    if (select count(*) from private.webhook_endpoints) >= 50 then
        raise sqlstate 'PT409' using
            message = 'too-many-webhooks',
            detail = 'There can be 50 webhooks at most. Delete one first.';
    end if;
    insert into private.webhook_endpoints (
        url, description, event_types, include_internal, secret_id, created_by
    )
    values (
        create_webhook.url, create_webhook.description, create_webhook.event_types,
        create_webhook.include_internal, vault.create_secret(private.new_webhook_secret()), me
    )
    returning * into endpoint;
    response := private.webhook_json(endpoint)
        || jsonb_build_object('secret_id', endpoint.secret_id);
    perform private.store_response(idempotency_key, response);
    return private.with_webhook_secret(response);
end;
$$;
comment on function api.create_webhook is
'Creates an endpoint and returns it with its secret, which is never returned again; needs webhooks.manage.';

create function api.change_webhook(
    webhook uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints := private.lock_webhook(webhook, expected_version);
    enable constant boolean := coalesce(changes -> 'enabled' = 'true', false);
begin
    perform private.require_fields(changes, '{
        "url": "string", "description": "string", "event_types": "strings?",
        "include_internal": "boolean", "paused": "boolean", "enabled": "boolean"
    }');
    if changes -> 'enabled' = 'false' then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Nobody disables an endpoint; pause or delete it.';
    end if;
    perform private.require_event_types(array(
        select jsonb_array_elements_text(nullif(changes -> 'event_types', 'null'))
    ));
    update private.webhook_endpoints as endpoints
    set
        url = coalesce(changes ->> 'url', endpoint.url),
        description = coalesce(changes ->> 'description', endpoint.description),
        event_types = case
            when not changes ? 'event_types' then endpoint.event_types
            when jsonb_typeof(changes -> 'event_types') = 'array' then array(
                select type from jsonb_array_elements_text(changes -> 'event_types') as type
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
        disabled_at = case when not enable then endpoint.disabled_at end,
        disabled_reason = case when not enable then endpoint.disabled_reason end,
        failing_since = case when not enable then endpoint.failing_since end,
        updated_at = now()
    where endpoints.id = endpoint.id
    returning * into endpoint;
    return private.webhook_json(endpoint);
end;
$$;
comment on function api.change_webhook is
'Changes url, description, event_types (null for all), include_internal, paused; enabled true re-enables a disabled endpoint. Needs webhooks.manage.';

create function api.rotate_webhook_secret(
    webhook uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints := private.lock_webhook(webhook);
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'rotate_webhook_secret', 'webhook', webhook)
    );
begin
    if response is not null then
        return private.with_webhook_secret(response);
    end if;
    update private.webhook_endpoints as endpoints
    set
        secret_id = vault.create_secret(private.new_webhook_secret()),
        old_secret_id = endpoint.secret_id,
        old_secret_ends_at = now() + interval '1 day',
        updated_at = now()
    where endpoints.id = endpoint.id
    returning * into endpoint;
    response := private.webhook_json(endpoint)
        || jsonb_build_object('secret_id', endpoint.secret_id);
    perform private.store_response(idempotency_key, response);
    return private.with_webhook_secret(response);
end;
$$;
comment on function api.rotate_webhook_secret is
'Gives an endpoint a new secret and returns it, once. The previous one keeps signing for a day, older ones end now.';

create function api.delete_webhook(
    webhook uuid, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_webhook(
        webhook, expected_version
    );
begin
    delete from private.webhook_endpoints where id = endpoint.id;
    return private.webhook_json(endpoint);
end;
$$;
comment on function api.delete_webhook is
'Deletes an endpoint with its deliveries and their attempts, and returns it; needs webhooks.manage.';

grant execute on function
api.list_webhooks, api.get_webhook, api.create_webhook, api.change_webhook,
api.rotate_webhook_secret, api.delete_webhook
to authenticated;
grant execute on function api.create_webhook_deliveries to service_role;
