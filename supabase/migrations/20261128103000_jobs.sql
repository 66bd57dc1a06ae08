-- One schedule for all jobs: every minute the scheduler asks which jobs are due, and runs
-- those alone. Most minutes of a small help desk none is.
--
-- What makes a job due is defined once, beside its claim: a view or function that both ask.
-- An answer may be out of date at once: a job looks for itself, and running it for nothing
-- does no harm.

create function api.due_jobs() returns setof text
language sql stable security definer set search_path = ''
as $$
    select 'missed_events' where exists (select from private.outbox_due)

    union all
    select 'waiting_tickets'
    where exists (
        select from api.queues_due_for_assignment(array(
            select strategy from public.assignment_strategies where strategy <> 'manual'
        ))
    )

    union all
    select 'idle_tickets'
    where exists (select from private.idle_tickets(1))
    or exists (select from private.pending_releases)

    union all
    select 'solved_tickets' where exists (select from private.solved_tickets_due)

    union all
    select 'queue_statuses'
    where exists (
        select from private.queue_status_broadcasts where pending_until is not null
    )
    or exists (select from private.queue_statuses_changed)

    union all
    select 'bulk_updates'
    where exists (select from private.bulk_updates_due)
    or exists (select from private.bulk_updates_expired)

    union all
    select 'field_values' where exists (select from private.field_fills_due)

    union all
    select 'webhooks'
    where exists (
        select from private.webhook_endpoints as endpoints
        where exists (
            select from private.webhook_deliveries_due as due
            where due.endpoint_id = endpoints.id
                and endpoints.paused_at is null and endpoints.disabled_at is null
        )
        or exists (
            select from private.webhook_deliveries_expired as expired
            where expired.endpoint_id = endpoints.id
        )
    )

    union all
    select 'emails'
    where exists (select from private.emails_due)
    or exists (select from private.emails_expired)
    or exists (select from private.notifications_expired);
$$;
comment on function api.due_jobs is
'The jobs that have something to do now, each run by one function. For the scheduler.';

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
