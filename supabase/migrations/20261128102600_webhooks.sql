-- Outbound webhooks: other systems hear of events, at least once, signed. An event becomes
-- one delivery an endpoint in the transaction of its reaction. Secrets stand in the Vault
-- and are told once, when they are made.

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
    created_by uuid references public.profiles (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- Plain HTTP only to the very machine of a local desk; who sends checks the address.
    constraint webhook_endpoints_url check (
        length(url) <= 2000 and (
            url ~ '^https://[^/?#@\s]+([/?#]\S*)?$'
            or url ~ '^http://(127\.0\.0\.1|localhost)(:[0-9]+)?([/?#]\S*)?$'
        )
    ),
    constraint webhook_endpoints_description check (length(description) <= 200),
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
comment on table private.webhook_endpoints is 'Who hears of events, where, and how they know that it is us.';
comment on column private.webhook_endpoints.id is 'Identity.';
comment on column private.webhook_endpoints.url is 'Where deliveries are posted.';
comment on column private.webhook_endpoints.description is 'What it is for, in the words of who made it.';
comment on column private.webhook_endpoints.event_types is 'Which events it hears of; null for all, those to come too.';
comment on column private.webhook_endpoints.include_internal is 'Whether it hears of what customers must not know.';
comment on column private.webhook_endpoints.secret_id is
'What deliveries are signed with, in the Vault; told once, never listed.';
comment on column private.webhook_endpoints.old_secret_id is
'The secret before, in the Vault, signing beside the new one for a day.';
comment on column private.webhook_endpoints.old_secret_ends_at is 'When the secret before no longer signs.';
comment on column private.webhook_endpoints.paused_at is 'Since when deliveries wait because somebody said so.';
comment on column private.webhook_endpoints.disabled_at is 'Since when nothing is delivered or collected because of failure.';
comment on column private.webhook_endpoints.disabled_reason is 'failing: too long without a success; gone: it answered 410.';
comment on column private.webhook_endpoints.failing_since is 'When the first failure after the last success was; null while it works.';
comment on column private.webhook_endpoints.created_by is 'Who made it.';
comment on column private.webhook_endpoints.created_at is 'When it was made.';
comment on column private.webhook_endpoints.updated_at is 'When somebody changed it last.';
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
comment on table private.webhook_deliveries is 'One event owed to one endpoint, and how that went.';
comment on column private.webhook_deliveries.id is 'Identity.';
comment on column private.webhook_deliveries.endpoint_id is 'Who is to hear of it.';
comment on column private.webhook_deliveries.event_id is 'The event; sent as webhook-id, so that a receiver sees it once. A ping has one of its own.';
comment on column private.webhook_deliveries.replay is '0 for the first delivery of an event, then 1, 2, 3.';
comment on column private.webhook_deliveries.type is 'What happened.';
comment on column private.webhook_deliveries.ticket_id is 'What it happened to; empty for a ping. Goes with its ticket.';
comment on column private.webhook_deliveries.seq is 'Place in the history of its ticket.';
comment on column private.webhook_deliveries.payload is 'What is sent; its text is the body.';
comment on column private.webhook_deliveries.created_at is 'Since when it is owed.';
comment on column private.webhook_deliveries.due_at is 'When it is tried next; while it is being sent, when another worker may take it.';
comment on column private.webhook_deliveries.leased_until is 'Until when a worker is sending it; empty when none is.';
comment on column private.webhook_deliveries.attempts is 'How often it was claimed; the number of the attempt under way.';
comment on column private.webhook_deliveries.first_attempt_at is 'When it was tried first; retries end a day later.';
comment on column private.webhook_deliveries.delivered_at is 'When the endpoint accepted it.';
comment on column private.webhook_deliveries.gave_up_at is 'When it was not tried any more.';
comment on column private.webhook_deliveries.last_status is 'The HTTP status of the last answer, if there was one.';
comment on column private.webhook_deliveries.last_error is 'What went wrong last.';
comment on column private.webhook_deliveries.state is 'pending, delivered or failed.';
create index webhook_deliveries_due_at on private.webhook_deliveries (endpoint_id, due_at)
where state = 'pending';
comment on index private.webhook_deliveries_due_at is 'Serves webhook_deliveries_due.';
create index webhook_deliveries_in_flight on private.webhook_deliveries (endpoint_id, leased_until)
where leased_until is not null;
comment on index private.webhook_deliveries_in_flight is 'What is being sent to an endpoint.';
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
comment on table private.webhook_attempts is 'Every attempt to deliver: what was sent and what came back.';
comment on column private.webhook_attempts.delivery_id is 'What was to be delivered.';
comment on column private.webhook_attempts.attempt is '1, 2, 3; a number is missing where a worker was lost.';
comment on column private.webhook_attempts.attempted_at is 'When it began.';
comment on column private.webhook_attempts.milliseconds is 'How long it took.';
comment on column private.webhook_attempts.status is 'The HTTP status, if there was an answer.';
comment on column private.webhook_attempts.request_headers is 'What was sent as headers, without the signature.';
comment on column private.webhook_attempts.response is 'The first 1,024 characters of the answer.';
comment on column private.webhook_attempts.error is 'Why it failed.';

-- The reaction ---------------------------------------------------------------

create function private.event_payload(event public.ticket_events) returns jsonb
language sql stable set search_path = ''
as $$
    -- Turn and position order the feed, and mean nothing elsewhere.
    select jsonb_build_object(
        'type', event.type,
        'timestamp', event.occurred_at,
        'data', to_jsonb(event) - array['turn', 'position']
    );
$$;
comment on function private.event_payload is
'An event as it is sent: type, timestamp and data, as Standard Webhooks has it.';

create function private.subscribes_to(
    endpoint private.webhook_endpoints, event public.ticket_events
) returns boolean
language sql stable set search_path = ''
as $$
    select (endpoint.event_types is null or event.type = any (endpoint.event_types))
        and (endpoint.include_internal or not event.is_internal);
$$;
comment on function private.subscribes_to is 'Whether an endpoint asked to hear of an event.';

create function api.create_webhook_deliveries(event uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    if not private.begin_reaction(event, 'fill_webhooks') then
        return false;
    end if;
    insert into private.webhook_deliveries (endpoint_id, event_id, type, ticket_id, seq, payload)
    select
        endpoints.id, events.id, events.type, events.ticket_id, events.seq,
        private.event_payload(events)
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
'Owes an event to every endpoint that had asked for it when it happened, once; true when there is something to send.';

-- Secrets --------------------------------------------------------------------

create function private.new_webhook_secret() returns text
language sql volatile set search_path = ''
as $$
    select 'whsec_' || encode(extensions.gen_random_bytes(30), 'base64');
$$;
comment on function private.new_webhook_secret is '30 random bytes as Standard Webhooks writes a secret.';

create function private.endpoint_secrets(endpoint private.webhook_endpoints) returns text[]
language sql stable security definer set search_path = ''
as $$
    select array_agg(secrets.decrypted_secret order by secrets.id = endpoint.old_secret_id)
    from vault.decrypted_secrets as secrets
    where secrets.id = endpoint.secret_id
        or (secrets.id = endpoint.old_secret_id and endpoint.old_secret_ends_at > now());
$$;
comment on function private.endpoint_secrets is
'What a delivery to an endpoint is signed with now, the newest secret first.';

create function private.with_webhook_secret(answer jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    secret constant text := decrypted_secret from vault.decrypted_secrets
        where id = (answer ->> 'secret_id')::uuid;
begin
    if secret is null then
        raise sqlstate 'PT409' using
            message = 'secret-replaced',
            detail = 'The secret that this request made has been replaced since.';
    end if;
    return answer - 'secret_id' || jsonb_build_object('secret', secret);
end;
$$;
comment on function private.with_webhook_secret is
'An answer with the secret that it names; PT409 when that is gone.';

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
'Deletes from the Vault what an endpoint no longer signs with.';

create trigger delete_vault_secrets
after delete on private.webhook_endpoints
for each row execute function private.delete_vault_secrets();

create trigger delete_replaced_vault_secrets
after update of secret_id, old_secret_id on private.webhook_endpoints
for each row execute function private.delete_vault_secrets();

-- Commands and queries -------------------------------------------------------

create function private.webhook_json(endpoint private.webhook_endpoints) returns jsonb
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
comment on function private.webhook_json is 'An endpoint as it may be shown: never its secrets.';

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
comment on function api.list_webhooks is 'Every endpoint, oldest first; needs webhooks.manage.';

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
comment on function api.get_webhook is 'One endpoint; needs webhooks.manage.';

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
    answer jsonb := private.stored_response(idempotency_key, request);
    endpoint private.webhook_endpoints;
begin
    if answer is not null then
        return private.with_webhook_secret(answer);
    end if;
    -- Every event is weighed against every endpoint, and every claim visits each.
    if (select count(*) from private.webhook_endpoints) >= 50 then
        raise sqlstate 'PT409' using
            message = 'too-many-webhooks',
            detail = 'A desk has 50 webhooks at most. Delete one first.';
    end if;
    insert into private.webhook_endpoints (
        url, description, event_types, include_internal, secret_id, created_by
    )
    values (
        create_webhook.url, create_webhook.description, create_webhook.event_types,
        create_webhook.include_internal, vault.create_secret(private.new_webhook_secret()), me
    )
    returning * into endpoint;
    answer := private.webhook_json(endpoint)
        || jsonb_build_object('secret_id', endpoint.secret_id);
    perform private.store_response(idempotency_key, answer);
    return private.with_webhook_secret(answer);
end;
$$;
comment on function api.create_webhook is
'Makes an endpoint and tells its secret, this once; needs webhooks.manage.';

create function api.change_webhook(webhook uuid, changes jsonb) returns jsonb
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
    return private.webhook_json(endpoint);
end;
$$;
comment on function api.change_webhook is
'Changes url, description, event_types (null for all), include_internal, paused; enabled true ends being disabled. Needs webhooks.manage.';

create function api.rotate_webhook_secret(
    webhook uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints := private.lock_webhook(webhook);
    answer jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'rotate_webhook_secret', 'webhook', webhook)
    );
begin
    if answer is not null then
        return private.with_webhook_secret(answer);
    end if;
    update private.webhook_endpoints as endpoints
    set
        secret_id = vault.create_secret(private.new_webhook_secret()),
        old_secret_id = endpoint.secret_id,
        old_secret_ends_at = now() + interval '1 day',
        updated_at = now()
    where endpoints.id = endpoint.id
    returning * into endpoint;
    answer := private.webhook_json(endpoint)
        || jsonb_build_object('secret_id', endpoint.secret_id);
    perform private.store_response(idempotency_key, answer);
    return private.with_webhook_secret(answer);
end;
$$;
comment on function api.rotate_webhook_secret is
'Gives an endpoint a new secret and tells it, this once. The old one signs beside it for a day; one older still ends now.';

create function api.delete_webhook(webhook uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint constant private.webhook_endpoints := private.lock_webhook(webhook);
begin
    delete from private.webhook_endpoints where id = endpoint.id;
    return private.webhook_json(endpoint);
end;
$$;
comment on function api.delete_webhook is
'Deletes an endpoint, its deliveries and its log, and returns it as it was; needs webhooks.manage.';

grant execute on function
api.list_webhooks, api.get_webhook, api.create_webhook, api.change_webhook,
api.rotate_webhook_secret, api.delete_webhook
to authenticated;
grant execute on function api.create_webhook_deliveries to service_role;
