-- One clock for all workers: every minute somebody asks once what there is to do, and
-- wakes those who have something to do. Most minutes of a small desk nobody has.
--
-- Each question is the first row of what the worker itself would take, by the same index.
-- An answer may be out of date at once: workers look for themselves, and waking one for
-- nothing does no harm.

create function api.due_jobs() returns setof text
language sql stable security definer set search_path = ''
as $$
    select 'missed_events'
    where exists (select from private.outbox where parked_at is null and due_at <= now())

    union all
    select 'waiting_tickets'
    where exists (
        select from api.queues_due_for_assignment(array(
            select strategy from public.assignment_strategies where strategy <> 'manual'
        ))
    )

    union all
    select 'idle_tickets' where exists (select from private.idle_tickets(1))

    union all
    select 'solved_tickets'
    where exists (
        select from public.tickets
        where status_category = 'solved'
            and solved_at <= now() - (select solved_closes_after from private.settings)
    )

    union all
    select 'queue_statuses'
    where exists (
        select from public.queues
        left join private.queue_status_broadcasts as boards on boards.queue_id = queues.id
        where boards.pending_until is not null
            or boards.told is distinct from private.queue_status(queues.id)
    )

    union all
    select 'bulk_updates'
    where exists (
        select from private.bulk_updates where finished_at is null and due_at <= now()
    )
    or exists (
        select from private.bulk_updates where finished_at < now() - interval '30 days'
    )

    union all
    select 'webhooks'
    where exists (
        select from private.webhook_endpoints as endpoints
        where exists (
            select from private.webhook_deliveries as waiting
            where waiting.endpoint_id = endpoints.id
                and waiting.state = 'pending' and waiting.due_at <= now()
                and endpoints.paused_at is null and endpoints.disabled_at is null
        )
        or exists (
            select from private.webhook_deliveries as logged
            where logged.endpoint_id = endpoints.id
                and logged.created_at
                < now() - (select webhook_log_kept from private.settings)
        )
    )

    union all
    select 'emails'
    where exists (
        select from private.emails
        where sent_at is null and gave_up_at is null and due_at <= now()
    )
    or exists (
        select from private.emails
        where (sent_at is not null or gave_up_at is not null)
            and created_at < now() - interval '30 days'
    )
    or exists (
        select from public.notifications
        where read_at is not null and read_at < now() - interval '90 days'
    );
$$;
comment on function api.due_jobs is
'Kinds of work that somebody has to do now, each for one worker; none while a desk is idle. For the clock alone.';

-- Metrics --------------------------------------------------------------------

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

create function api.event_metrics(event uuid) returns jsonb
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
comment on function api.event_metrics is
'What there is to measure about an event, once: null when somebody was given it before.';

create function api.queue_metrics() returns table (
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
comment on function api.queue_metrics is
'For every queue, how many tickets are new or open, and how long the oldest has waited for staff, in seconds.';

grant execute on function
api.due_jobs, api.event_metrics, api.queue_metrics
to service_role;
