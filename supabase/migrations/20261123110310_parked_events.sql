-- A retry takes an Idempotency-Key like every POST: sent again, it succeeds again.

-- squawk-ignore ban-drop-function
drop function public.retry_parked_event(uuid);

create function public.retry_parked_event(event uuid, idempotency_key text default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    answer jsonb;
begin
    perform private.require_permission('events.manage');
    answer := private.answer_given(
        idempotency_key,
        jsonb_build_object('command', 'retry_parked_event', 'event', event)
    );
    if answer is not null then
        return answer;
    end if;
    update private.outbox
    set parked_at = null, attempts = 0, due_at = now()
    where event_id = event and parked_at is not null
    returning jsonb_build_object('event_id', event_id, 'due_at', due_at) into answer;
    if not found then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such parked event.';
    end if;
    perform private.keep_answer(idempotency_key, answer);
    return answer;
end;
$$;
comment on function public.retry_parked_event is
'Lets the relay take up a parked event again; needs events.manage.';
grant execute on function public.retry_parked_event to authenticated;
