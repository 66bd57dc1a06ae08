-- One clock for all workers: every minute somebody asks once what there is to do, and
-- wakes those who have something to do. Most minutes of a small desk nobody has.
--
-- Each question is the first row of what the worker itself would take, by the same index.
-- An answer may be out of date at once: workers look for themselves, and waking one for
-- nothing does no harm.

create function public.find_work() returns setof text
language sql stable security definer set search_path = ''
as $$
    select 'missed_events'
    where exists (select from private.outbox where parked_at is null and due_at <= now())

    union all
    select 'waiting_tickets'
    where exists (
        select from public.waiting_queues(array(
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
            and solved_at <= now() - (select solved_closes_after from private.desk_settings)
    )

    union all
    select 'queue_statuses'
    where exists (
        select from public.queues
        left join private.told_statuses as boards on boards.queue_id = queues.id
        where boards.promised_until is not null
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
                < now() - (select webhook_log_kept from private.desk_settings)
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
comment on function public.find_work is
'Kinds of work that somebody has to do now, each for one worker; none while a desk is idle. For the clock alone.';
revoke execute on function public.find_work from public, anon, authenticated;
grant execute on function public.find_work to service_role;
