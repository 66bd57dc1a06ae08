-- Outbound webhooks: other systems hear of events, at least once, signed. An event becomes
-- one delivery an endpoint in the transaction of its reaction; a worker claims deliveries,
-- sends them, and records every attempt.

-- One row of settings is checked, and a table of the same release is indexed: nobody waits.
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation

insert into public.permissions (permission, description) values
('webhooks.manage', 'Send the events of every queue to other systems.');
insert into public.role_permissions (role, permission) values ('admin', 'webhooks.manage');

alter table private.desk_settings
add column webhook_disabled_after interval not null default '3 days',
add column webhook_log_kept interval not null default '30 days',
add constraint desk_settings_webhook_disabled_after check (
    webhook_disabled_after between interval '1 hour' and interval '30 days'
),
add constraint desk_settings_webhook_log_kept check (
    webhook_log_kept between interval '2 days' and interval '365 days'
);
comment on column private.desk_settings.webhook_disabled_after is
'How long an endpoint may fail without a success before it is disabled; 1 hour to 30 days.';
comment on column private.desk_settings.webhook_log_kept is
'How long deliveries and their log are kept, sent or not; 2 to 365 days.';

-- What the range of a replay is read by; next to nothing to keep, as time only grows.
create index ticket_events_occurred on public.ticket_events using brin (occurred_at);

create table private.webhook_endpoints (
    id uuid primary key default extensions.uuid_generate_v4(),
    url text not null,
    description text not null default '',
    event_types text[],
    include_internal boolean not null default false,
    secret text not null,
    old_secret text,
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
    constraint webhook_endpoints_secret_form check (secret ~ '^whsec_[A-Za-z0-9+/]{32,}=*$'),
    constraint webhook_endpoints_old_secret check (
        (old_secret is null) = (old_secret_ends_at is null)
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
comment on column private.webhook_endpoints.secret is 'What deliveries are signed with; told once, never listed.';
comment on column private.webhook_endpoints.old_secret is 'The secret before, signing beside the new one for a day.';
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
create index webhook_deliveries_due on private.webhook_deliveries (endpoint_id, due_at)
where state = 'pending';
comment on index private.webhook_deliveries_due is 'What is claimed next for an endpoint.';
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

-- For the reaction ----------------------------------------------------------

create function private.event_payload(event public.ticket_events) returns jsonb
language sql stable set search_path = ''
as $$
    -- The fields of shared.events, whatever else the table comes to hold.
    select jsonb_build_object(
        'type', event.type,
        'timestamp', event.occurred_at,
        'data', jsonb_build_object(
            'id', event.id,
            'ticket_id', event.ticket_id,
            'seq', event.seq,
            'type', event.type,
            'actor_id', event.actor_id,
            'is_internal', event.is_internal,
            'before', event.before,
            'after', event.after,
            'occurred_at', event.occurred_at
        )
    );
$$;
comment on function private.event_payload is
'An event as it is sent: type, timestamp and data, as Standard Webhooks has it.';

create function private.hears(
    endpoint private.webhook_endpoints, event public.ticket_events
) returns boolean
language sql stable set search_path = ''
as $$
    select (endpoint.event_types is null or event.type = any (endpoint.event_types))
        and (endpoint.include_internal or not event.is_internal);
$$;
comment on function private.hears is 'Whether an endpoint asked to hear of an event.';

create function public.fill_webhook_deliveries(event uuid) returns boolean
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
        and private.hears(endpoints, events)
    on conflict do nothing;
    return found;
end;
$$;
comment on function public.fill_webhook_deliveries is
'Owes an event to every endpoint that had asked for it when it happened, once; true when there is something to send.';
grant execute on function public.fill_webhook_deliveries to service_role;
