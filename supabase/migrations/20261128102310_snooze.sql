-- Snoozing: a ticket is out of the way of its queue until a time, or until its customer writes.
-- Service levels do not wait for it.

create function private.set_snooze(
    target public.tickets, until timestamptz
) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ticket public.tickets := target;
begin
    perform private.require_in_queue('tickets.update', target.queue_id);
    if target.snoozed_until is distinct from until then
        update public.tickets set snoozed_until = until where id = target.id
        returning * into ticket;
    end if;
    return ticket;
end;
$$;
comment on function private.set_snooze is
'Snoozes a locked ticket, or ends that for null; PT403. Changes nothing when it is so already.';

create function api.snooze_ticket(
    ticket text, until timestamptz, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket, expected_version);
begin
    perform private.require_in_queue('tickets.update', target.queue_id);
    if until is null or until <= private.now() or until >= '10000-01-01 00:00:00+00' then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A ticket is snoozed until a time in the future.';
    end if;
    if target.status_category in ('solved', 'closed') then
        raise sqlstate 'PT409' using
            message = 'ticket-solved', detail = 'Only an unsolved ticket is snoozed.';
    end if;
    return private.ticket_json(private.set_snooze(target, until));
end;
$$;
comment on function api.snooze_ticket is
'Keeps a ticket out of the default list of its queue and from being claimed or assigned, until a time or a reply of its customer.';

create function api.unsnooze_ticket(ticket text, expected_version integer default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    return private.ticket_json(
        private.set_snooze(private.lock_ticket(ticket, expected_version), null)
    );
end;
$$;
comment on function api.unsnooze_ticket is 'Ends the snoozing of a ticket.';

create view private.snoozes_due as
select
    id,
    snoozed_until
from public.tickets
where snoozed_until <= private.now();
comment on view private.snoozes_due is 'Snoozed tickets whose time has come.';

create function private.wake_snoozed_tickets(max_items integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    woken integer;
begin
    with due as (
        select tickets.id
        from private.snoozes_due as tickets
        order by tickets.snoozed_until
        limit max_items
        for update skip locked
    )

    update public.tickets set snoozed_until = null
    from due
    where tickets.id = due.id;
    get diagnostics woken = row_count;
    return woken;
end;
$$;
comment on function private.wake_snoozed_tickets is
'Wakes snoozed tickets whose time has come, the earliest first; returns how many.';

grant execute on function api.snooze_ticket, api.unsnooze_ticket to authenticated;
