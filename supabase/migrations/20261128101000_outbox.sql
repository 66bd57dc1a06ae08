-- The guarantee behind every reaction: an event stays in the outbox until all have reacted.
-- A database webhook has it processed at once; when that is lost, the scheduler finds it.

create table private.outbox (
    event_id uuid primary key references public.ticket_events (id) on delete cascade,
    created_at timestamptz not null default now(),
    accepted_at timestamptz,
    due_at timestamptz not null default now() + interval '30 seconds',
    attempts smallint not null default 0,
    last_error text,
    dead_lettered_at timestamptz
);
comment on table private.outbox is 'Events that somebody has still to react to; deleted when all have.';
comment on column private.outbox.event_id is 'The event.';
comment on column private.outbox.created_at is 'When it happened.';
comment on column private.outbox.accepted_at is 'When its webhook was accepted; a second one is a replay.';
comment on column private.outbox.due_at is 'When the scheduler takes it up, unless it is done by then.';
comment on column private.outbox.attempts is 'How often reacting has failed.';
comment on column private.outbox.last_error is 'What went wrong last, without personal data.';
comment on column private.outbox.dead_lettered_at is
'When it was given up after its last attempt, for an administrator to look at.';
create index outbox_due_at on private.outbox (due_at) where dead_lettered_at is null;
comment on index private.outbox_due_at is 'Serves outbox_due.';
create index outbox_dead_lettered on private.outbox (dead_lettered_at)
where dead_lettered_at is not null;

create table private.reactions (
    event_id uuid not null references private.outbox (event_id) on delete cascade,
    reaction text not null,
    done_at timestamptz not null default now(),
    primary key (event_id, reaction)
);
comment on table private.reactions is
'Which reactions to an event in the outbox have had their effect.';
comment on column private.reactions.event_id is 'The event.';
comment on column private.reactions.reaction is 'The name of the reaction.';
comment on column private.reactions.done_at is 'When, in the transaction of its effect.';

create view private.outbox_due as
select
    event_id,
    due_at
from private.outbox
where dead_lettered_at is null and due_at <= now();
comment on view private.outbox_due is 'Events whose processing is overdue.';

-- Database webhooks ----------------------------------------------------------

create function private.send_database_webhook(body jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    sent_at constant text := floor(extract(epoch from clock_timestamp()))::bigint::text;
    url text := private.secret('autocrm_webhook_url');
    secret text;
begin
    if url is not null then
        secret := private.secret('autocrm_webhook_secret');
    end if;
    if url is null or secret is null then
        return;
    end if;
    perform net.http_post(
        url => url,
        body => body,
        headers => jsonb_build_object(
            'Content-Type', 'application/json',
            'x-autocrm-timestamp', sent_at,
            'x-autocrm-signature', 'v1=' || encode(
                extensions.hmac(sent_at || '.' || body::text, secret, 'sha256'), 'hex'
            )
        ),
        timeout_milliseconds => 10000
    );
exception
    when others then
        raise warning 'A database webhook was not sent (%); the scheduler will find the work.', sqlstate;
end;
$$;
comment on function private.send_database_webhook is
'Sends a body to receive_db_webhook, signed with the secret of the Vault. It may get lost: the scheduler is the guarantee.';

create function private.start_job(job text) returns void
language sql security definer set search_path = ''
as $$
    select private.send_database_webhook(jsonb_build_object('job', job));
$$;
comment on function private.start_job is
'Has a job of api.due_jobs run now instead of within the minute.';

create function private.enqueue_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.outbox (event_id) values (new.id);
    -- The form of the platform's own database webhooks, without what people wrote: it waits
    -- in a table of pg_net, where no redaction reaches it.
    perform private.send_database_webhook(jsonb_build_object(
        'type', 'INSERT', 'schema', 'public', 'table', 'ticket_events',
        'record', to_jsonb(new) - array['before', 'after'], 'old_record', null
    ));
    return null;
end;
$$;
comment on function private.enqueue_event is 'Puts a new event into the outbox, and has it processed at once.';

create trigger enqueue_event
after insert on public.ticket_events
for each row execute function private.enqueue_event();

-- Commands of the workers ----------------------------------------------------

create function api.accept_event(event uuid, proof text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    expected constant text := encode(
        extensions.hmac(
            'accept.' || event, private.secret('autocrm_webhook_secret'), 'sha256'
        ), 'hex'
    );
begin
    -- Digests are compared, so that the time it takes says nothing of the proof.
    if proof is null or expected is null
    or extensions.digest(proof, 'sha256') <> extensions.digest(expected, 'sha256') then
        raise sqlstate 'PT401' using
            message = 'bad-signature', detail = 'The webhook is not signed as it should be.';
    end if;
    update private.outbox set accepted_at = now()
    where event_id = event and accepted_at is null;
    return found;
end;
$$;
comment on function api.accept_event is
'Whether the webhook of an event comes for the first time; a replay gets false. The proof stands in for a key: whoever has the webhook''s secret may ask.';

create function api.read_event(event uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'event', private.event_json(ticket_events, true),
        'done', array(
            select reactions.reaction from private.reactions
            where reactions.event_id = ticket_events.id
        )
    )
    from public.ticket_events
    inner join private.outbox on outbox.event_id = ticket_events.id
    where ticket_events.id = read_event.event and outbox.dead_lettered_at is null;
$$;
comment on function api.read_event is
'An event of the outbox, with the reactions that it has had; null when there are none to come.';

create function private.begin_reaction(event uuid, reaction text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    -- The lock holds off a second delivery until the first has had its effect.
    perform from private.outbox where event_id = event for update;
    if not found then
        return false;
    end if;
    insert into private.reactions (event_id, reaction)
    values (event, begin_reaction.reaction)
    on conflict do nothing;
    return found;
end;
$$;
comment on function private.begin_reaction is
'Records a reaction in the transaction of its effect; false when it already had it.';

create function api.record_reaction(event uuid, reaction text) returns boolean
language sql security definer set search_path = ''
as $$
    select private.begin_reaction(event, reaction);
$$;
comment on function api.record_reaction is 'Records a reaction whose effect is outside the database.';

create function api.finish_event(event uuid) returns void
language sql security definer set search_path = ''
as $$
    delete from private.outbox where event_id = event;
$$;
comment on function api.finish_event is 'Deletes an event from the outbox: everybody has reacted.';

create function api.fail_event(
    event uuid, error text, max_attempts integer default 8
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    gave_up boolean;
begin
    update private.outbox
    set
        attempts = attempts + 1,
        last_error = left(error, 500),
        due_at = now() + least(interval '1 hour', interval '5 seconds' * 2 ^ attempts),
        dead_lettered_at = case when attempts + 1 >= max_attempts then now() end
    where event_id = event and dead_lettered_at is null
    returning dead_lettered_at is not null into gave_up;
    return coalesce(gave_up, false);
end;
$$;
comment on function api.fail_event is
'Puts an event off, twice as long each time; after the last attempt it is dead-lettered, and true is returned.';

create function api.claim_missed_events(max_items integer default 100)
returns table (event_id uuid, correlation_id text)
language sql security definer set search_path = ''
as $$
    with claimed as (
        update private.outbox
        set due_at = now() + interval '2 minutes'
        where outbox.event_id = any (array(
            select due.event_id
            from private.outbox_due as due
            order by due.due_at
            limit max_items
            for update skip locked
        ))
        returning outbox.event_id
    )

    select
        claimed.event_id,
        ticket_events.correlation_id
    from claimed
    inner join public.ticket_events on claimed.event_id = ticket_events.id
    order by ticket_events.occurred_at, ticket_events.seq;
$$;
comment on function api.claim_missed_events is
'The oldest events of outbox_due, for two minutes the caller''s alone. For workers.';

create function api.event_lag() returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'pending', count(*) filter (where dead_lettered_at is null),
        'dead_lettered', count(*) filter (where dead_lettered_at is not null),
        'oldest_seconds', coalesce(
            extract(epoch from now() - min(created_at) filter (where dead_lettered_at is null)), 0
        )
    )
    from private.outbox;
$$;
comment on function api.event_lag is 'How many events are pending and dead-lettered, and how old the oldest pending one is, in seconds.';

-- Commands of administrators -------------------------------------------------

create function api.list_dead_letters(after jsonb default null, page_size integer default 50)
returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    to_read constant integer := private.page_limit(page_size) + 1;
    dead_letters json[];
    sort_keys jsonb[];
begin
    perform private.require_permission('events.manage');
    select
        array_agg(to_json(listed) order by listed.parked_at, listed.event_id),
        array_agg(
            jsonb_build_array(listed.parked_at, listed.event_id)
            order by listed.parked_at, listed.event_id
        )
    into dead_letters, sort_keys
    from (
        select
            outbox.event_id,
            ticket_events.ticket_id,
            ticket_events.seq,
            ticket_events.type,
            outbox.dead_lettered_at as parked_at,
            outbox.attempts,
            outbox.last_error
        from private.outbox
        inner join public.ticket_events on ticket_events.id = outbox.event_id
        where outbox.dead_lettered_at is not null
            and (
                list_dead_letters.after is null
                or (outbox.dead_lettered_at, outbox.event_id) > (
                    (list_dead_letters.after ->> 0)::timestamptz,
                    (list_dead_letters.after ->> 1)::uuid
                )
            )
        order by outbox.dead_lettered_at, outbox.event_id limit to_read
    ) as listed;
    return (select to_json(page) from private.page_of(dead_letters, sort_keys, page_size) as page);
end;
$$;
comment on function api.list_dead_letters is
'A page of the events given up after their last attempt, oldest first after a sort key: items, and as next the one to continue with, null at the end; needs events.manage.';

create function api.retry_dead_letter(event uuid, idempotency_key text default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    response jsonb;
begin
    perform private.require_permission('events.manage');
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'retry_dead_letter', 'event', event)
    );
    if response is not null then
        return response;
    end if;
    update private.outbox
    set dead_lettered_at = null, attempts = 0, due_at = now()
    where event_id = event and dead_lettered_at is not null
    returning jsonb_build_object('event_id', event_id, 'due_at', due_at) into response;
    if not found then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such dead letter.';
    end if;
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.retry_dead_letter is
'Has a dead-lettered event processed again; needs events.manage.';

grant execute on function api.accept_event to anon;
grant execute on function api.list_dead_letters, api.retry_dead_letter to authenticated;
grant execute on function
api.read_event, api.record_reaction, api.finish_event, api.fail_event,
api.claim_missed_events, api.event_lag
to service_role;
