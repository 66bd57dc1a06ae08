-- What happens to tickets by time alone, where their queue says so: customers of pending tickets
-- are reminded, and after longer silence the tickets are solved. Snoozed ones wake.

create view private.reminders_due as
select
    tickets.id,
    tickets.silent_since
from public.queues
inner join public.tickets on queues.id = tickets.queue_id
where
    tickets.reminded_at is null
    and tickets.silent_since <= private.now() - queues.remind_after;
comment on view private.reminders_due is
'Pending tickets whose customer has been silent for so long that their queue reminds them, and was not reminded in this silence.';

create view private.silences_due as
select
    tickets.id,
    tickets.silent_since
from public.queues
inner join public.tickets on queues.id = tickets.queue_id
where
    tickets.silent_since <= private.now() - queues.close_after
    -- Nobody is reminded and told that it is over in one minute, however late both are.
    and (
        queues.remind_after is null
        or tickets.reminded_at <= private.now() - (queues.close_after - queues.remind_after)
    )
    and tickets.assignee_id is not null
    and exists (
        select from public.ticket_transitions as steps
        where steps.type = tickets.type and steps.before = 'pending' and steps.after = 'solved'
    );
comment on view private.silences_due is
'Pending tickets whose customer has been silent for so long that their queue solves them: those that somebody works, and that were reminded long enough ago if the queue reminds.';

create function private.remind_customers(max_items integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    reminded integer;
begin
    with due as (
        select tickets.id
        from public.tickets
        where tickets.id in (
            select reminders.id from private.reminders_due as reminders
            order by reminders.silent_since limit max_items
        )
        for update skip locked
    )

    -- Asked again of the row that is locked: whoever waited for it may have changed it.
    update public.tickets set reminded_at = private.now()
    from due
    where tickets.id = due.id and tickets.reminded_at is null
        and tickets.silent_since <= private.now() - (
            select queues.remind_after from public.queues where queues.id = tickets.queue_id
        );
    get diagnostics reminded = row_count;
    return reminded;
end;
$$;
comment on function private.remind_customers is
'Records that customers of pending tickets are reminded, once a silence; the notification and email follow from the event. Returns how many.';

create function private.end_silences(max_items integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    solved integer;
begin
    -- A customer who does not reply is not kept waiting by a field that staff left empty.
    perform set_config('autocrm.solves_silent', 'on', true);
    with due as (
        select tickets.id
        from public.tickets
        where tickets.id in (
            select silences.id from private.silences_due as silences
            order by silences.silent_since limit max_items
        )
        for update skip locked
    )

    update public.tickets
    set status = private.default_status('solved'), status_reason = 'No reply'
    from due
    where tickets.id = due.id and tickets.silent_since <= private.now() - (
        select queues.close_after from public.queues where queues.id = tickets.queue_id
    );
    get diagnostics solved = row_count;
    perform set_config('autocrm.solves_silent', '', true);
    return solved;
end;
$$;
comment on function private.end_silences is
'Solves pending tickets after the silence that their queue allows, with the reason No reply; returns how many.';

create function api.run_automations(max_items integer default 500) returns integer
language plpgsql security definer set search_path = ''
as $$
begin
    return private.wake_snoozed_tickets(max_items)
        + private.remind_customers(max_items)
        + private.end_silences(max_items);
end;
$$;
comment on function api.run_automations is
'Does what is due by time: wakes snoozed tickets, reminds customers of pending ones, and solves these after silence; returns to how many tickets something happened. For the scheduler.';

grant execute on function api.run_automations to service_role;
