-- A ticket does not wait for ever for somebody who does not come back to it.

-- squawk-ignore-file require-concurrent-index-creation
create index tickets_held_waiting
on public.tickets (queue_id, (greatest(waiting_since, assigned_at)))
where assignee_id is not null and status_category in ('new', 'open') and waiting_on = 'agent';
comment on index public.tickets_held_waiting is
'What waits for the one it is assigned to, longest first.';

create function private.idle_tickets(at_most integer) returns setof uuid
language sql stable security definer set search_path = ''
as $$
    select idle.id
    from public.queues
    cross join lateral (
        select held.id
        from public.tickets as held
        where held.queue_id = queues.id
            and held.assignee_id is not null
            and held.status_category in ('new', 'open')
            and held.waiting_on = 'agent'
            and greatest(held.waiting_since, held.assigned_at) <= now() - queues.released_after
            -- A comment, a note, a step: whatever the owner did on it.
            and not exists (
                select from public.ticket_events as done
                where done.ticket_id = held.id
                    and done.actor_id = held.assignee_id
                    and done.occurred_at > now() - queues.released_after
            )
        order by greatest(held.waiting_since, held.assigned_at)
        limit at_most
    ) as idle
    where queues.released_after is not null
    limit at_most;
$$;
comment on function private.idle_tickets is
'Tickets that have waited for their owners longer than their queues allow.';

create function public.release_idle_tickets(at_most integer default 100) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    work constant uuid[] := array(select private.idle_tickets(at_most));
begin
    perform private.lock_work(work);
    -- Asked again, now that nobody can act on them any more.
    return private.hand_to(
        array(
            select idle.id from private.idle_tickets(at_most) as idle (id)
            where idle.id = any (work)
        ),
        null
    );
end;
$$;
comment on function public.release_idle_tickets is
'Puts back some of what has waited too long for its owner; says how many. For the clock alone.';
grant execute on function public.release_idle_tickets to service_role;
