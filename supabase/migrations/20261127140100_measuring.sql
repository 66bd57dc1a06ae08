-- Numbers for those who run the desk: what events amount to, and how queues are now.

create function private.first_reply_seconds(event public.ticket_events)
returns double precision
language sql stable security definer set search_path = ''
as $$
    select extract(epoch from event.occurred_at - tickets.created_at)
    from public.tickets
    where tickets.id = event.ticket_id
        and event.type = 'TICKET_COMMENTED'
        and not event.is_internal
        -- The comment itself is a reply of staff, and none before it is.
        and (event.after ->> 'position')::integer = (
            select min(comments.position) from public.comments
            where comments.ticket_id = tickets.id
                and comments.visibility = 'public'
                and comments.position > 1
                and comments.author_id <> tickets.requester_id
                and private.can_work(comments.author_id, tickets.queue_id)
        );
$$;
comment on function private.first_reply_seconds is
'How long a ticket waited for the reply that an event tells of; null unless it is the first by staff.';

create function public.measure_event(event uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    if not private.begin_reaction(event, 'measure') then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'first_reply_seconds', private.first_reply_seconds(ticket_events)
        )
        from public.ticket_events
        where id = event
    );
end;
$$;
comment on function public.measure_event is
'What there is to measure about an event, once: null when somebody was given it before.';

create function public.queue_gauges() returns table (
    key text, waiting bigint, oldest_wait_seconds double precision
)
language sql stable security definer set search_path = ''
as $$
    select
        queues.key,
        coalesce((
            select sum(counts.difference)
            from private.queue_counts as counts
            where counts.queue_id = queues.id and counts.category in ('new', 'open')
        ), 0)::bigint,
        coalesce((
            select extract(epoch from now() - tickets.waiting_since)
            from public.tickets
            where tickets.queue_id = queues.id
                and tickets.waiting_on = 'agent'
                and tickets.status_category in ('new', 'open', 'pending', 'on_hold')
            order by tickets.waiting_since
            limit 1
        ), 0)::double precision
    from public.queues
    where queues.archived_at is null
    order by queues.key;
$$;
comment on function public.queue_gauges is
'For every queue, how many tickets are new or open, and how long the oldest has waited for staff, in seconds.';

grant execute on function public.measure_event, public.queue_gauges to service_role;
