-- Events that belong together say so: all that one bulk update did carries its id.

create function private.current_batch() returns uuid
language sql stable set search_path = ''
as $$
    select nullif(current_setting('autocrm.batch', true), '')::uuid;
$$;
comment on function private.current_batch is
'The batch that this transaction works on, or null; no client can set it.';

alter table public.ticket_events add column batch_id uuid;
-- Only for rows to come: what happened before belongs to no batch.
alter table public.ticket_events alter column batch_id set default private.current_batch();
comment on column public.ticket_events.batch_id is
'The bulk update that it was a part of; empty when somebody did it by itself.';

create or replace trigger refuse_change
before update on public.ticket_events
for each row when (
    new.actor_id is not null
    or (old.id, old.ticket_id, old.seq, old.type, old.is_internal, old.occurred_at)
    is distinct from (new.id, new.ticket_id, new.seq, new.type, new.is_internal, new.occurred_at)
    or (old.before, old.after, old.batch_id) is distinct from (new.before, new.after, new.batch_id)
)
execute function private.refuse_change();

create or replace function private.event_payload(event public.ticket_events) returns jsonb
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
            'batch_id', event.batch_id,
            'is_internal', event.is_internal,
            'before', event.before,
            'after', event.after,
            'occurred_at', event.occurred_at
        )
    );
$$;
