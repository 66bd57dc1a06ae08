-- The trail from a request to what follows from it: our functions say which request they
-- answer, and every event keeps what the one that caused it was called.

create function private.correlation_id() returns text
language sql stable set search_path = ''
as $$
    -- Whoever calls the database directly may say anything, so only the form is taken.
    select said.id
    from (
        select nullif(current_setting('request.headers', true), '')::json
            ->> 'x-correlation-id' as id
    ) as said
    where said.id ~ '^[A-Za-z0-9+/=_-]{1,64}$';
$$;
comment on function private.correlation_id is
'What our logs call the request that is being answered, or null.';

alter table public.ticket_events add column correlation_id text;
-- Only for events to come: a default from the beginning would rewrite the table.
alter table public.ticket_events alter column correlation_id set default private.correlation_id();
comment on column public.ticket_events.correlation_id is
'What our logs call the request that it happened in; empty when nobody said.';

-- Whatever columns an event comes to have, only its actor may be emptied.
create or replace trigger refuse_change
before update on public.ticket_events
for each row when (
    new.actor_id is not null
    or to_jsonb(old) - 'actor_id' is distinct from to_jsonb(new) - 'actor_id'
)
execute function private.refuse_change();

create or replace function private.event_payload(event public.ticket_events) returns jsonb
language sql stable set search_path = ''
as $$
    -- Turn and position order the feed, and mean nothing elsewhere.
    select jsonb_build_object(
        'type', event.type,
        'timestamp', event.occurred_at,
        'data', to_jsonb(event) - array['turn', 'position']
    );
$$;
