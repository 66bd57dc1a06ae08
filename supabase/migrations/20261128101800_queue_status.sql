-- The status of a queue: how many tickets are unsolved, by category and priority, and how long
-- they have waited. It is read without counting tickets: triggers maintain the counts, an index
-- finds the longest wait, and breaching tickets are counted up to 1,000.
--
-- A changed status is broadcast, at most once a second a queue. A change that comes too early
-- leaves the broadcast pending: a worker promises to send it when the second is over.

-- Live counts ----------------------------------------------------------------

create table private.queue_counts (
    id bigint primary key generated always as identity,
    queue_id uuid not null,
    category public.status_category not null,
    difference integer not null,
    priority public.ticket_priority not null,
    waiting boolean not null,
    assigned boolean not null
);
comment on table private.queue_counts is 'Numbers of tickets by queue, category, priority, waiting and assigned, as differences to sum.';
comment on column private.queue_counts.id is 'Identity.';
comment on column private.queue_counts.queue_id is 'The queue.';
comment on column private.queue_counts.category is 'The status category.';
comment on column private.queue_counts.difference is 'By how much the number changed.';
comment on column private.queue_counts.priority is 'The priority.';
comment on column private.queue_counts.waiting is 'Whether they wait for an agent.';
comment on column private.queue_counts.assigned is 'Whether they have an assignee.';
create index queue_counts_queue on private.queue_counts (queue_id);

create function private.fold_queue_counts() returns void
language sql security definer set search_path = ''
as $$
    with folded as (
        delete from private.queue_counts
        where id = any (array(
            select id from private.queue_counts order by id limit 5000 for update skip locked
        ))
        returning queue_id, category, priority, waiting, assigned, difference
    )

    insert into private.queue_counts (queue_id, category, priority, waiting, assigned, difference)
    select
        folded.queue_id,
        folded.category,
        folded.priority,
        folded.waiting,
        folded.assigned,
        sum(folded.difference)
    from folded
    group by folded.queue_id, folded.category, folded.priority, folded.waiting, folded.assigned
    having sum(folded.difference) <> 0;
$$;
comment on function private.fold_queue_counts is 'Replaces rows of differences by their sums.';

create function private.count_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    inserted integer;
begin
    insert into private.queue_counts (
        queue_id, category, priority, waiting, assigned, difference
    )
    select
        steps.queue_id, steps.status_category, steps.priority, steps.waiting, steps.assigned,
        sum(steps.step)
    from (
        select
            queue_id, status_category, priority,
            waiting_on = 'agent' as waiting, assignee_id is not null as assigned, 1 as step
        from new_rows
        union all
        select
            queue_id, status_category, priority,
            waiting_on = 'agent', assignee_id is not null, -1
        from old_rows
    ) as steps
    group by 1, 2, 3, 4, 5
    having sum(steps.step) <> 0;
    get diagnostics inserted = row_count;
    if inserted > 0 and random() < 0.02 then
        perform private.fold_queue_counts();
    end if;
    return null;
end;
$$;
comment on function private.count_tickets is 'Updates the counts when tickets change.';

create function private.count_new_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.queue_counts (
        queue_id, category, priority, waiting, assigned, difference
    )
    select
        queue_id, status_category, priority, waiting_on = 'agent', assignee_id is not null,
        count(*)
    from new_rows
    group by 1, 2, 3, 4, 5;
    return null;
end;
$$;
comment on function private.count_new_tickets is 'Updates the counts when tickets are inserted.';

create function private.count_deleted_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.queue_counts (
        queue_id, category, priority, waiting, assigned, difference
    )
    select
        queue_id, status_category, priority, waiting_on = 'agent', assignee_id is not null,
        -count(*)
    from old_rows
    group by 1, 2, 3, 4, 5;
    return null;
end;
$$;
comment on function private.count_deleted_tickets is 'Updates the counts when tickets are deleted.';

create trigger count_tickets
after update on public.tickets
referencing old table as old_rows new table as new_rows
for each statement execute function private.count_tickets();

create trigger count_new_tickets
after insert on public.tickets
referencing new table as new_rows
for each statement execute function private.count_new_tickets();

create trigger count_deleted_tickets
after delete on public.tickets
referencing old table as old_rows
for each statement execute function private.count_deleted_tickets();

create function private.queue_totals(queues uuid[]) returns table (queue_id uuid, totals jsonb)
language sql stable security definer set search_path = ''
as $$
    select
        sums.queue_id,
        jsonb_object_agg(sums.category, sums.total)
    from (
        select counts.queue_id, counts.category, sum(counts.difference) as total
        from private.queue_counts as counts
        where counts.queue_id = any (queue_totals.queues)
            and counts.queue_id in (select private.readable_queues())
        group by counts.queue_id, counts.category
    ) as sums
    group by sums.queue_id;
$$;
comment on function private.queue_totals is
'Numbers of tickets by status category, for those queues that the caller may read.';

-- The status -----------------------------------------------------------------

create function private.queue_status(queue uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_sort = off
set enable_incremental_sort = off
set enable_seqscan = off
as $$
declare
    overdue integer;
begin
    select count(*) into overdue
    from (
        select from public.tickets
        where queue_id = queue
            and waiting_on = 'agent'
            and status_category in ('new', 'open', 'pending', 'on_hold')
            and waiting_since < now() - (
                select queues.wait_limit from public.queues where queues.id = queue
            )
        order by waiting_since
        limit 1001
    ) as waiting;
    return (
        select jsonb_build_object(
            'new', coalesce(sum(difference) filter (where category = 'new'), 0),
            'open', coalesce(sum(difference) filter (where category = 'open'), 0),
            'pending', coalesce(sum(difference) filter (where category = 'pending'), 0),
            'on_hold', coalesce(sum(difference) filter (where category = 'on_hold'), 0),
            'waiting', coalesce(sum(difference) filter (where waiting), 0),
            'unassigned', coalesce(sum(difference) filter (where not assigned), 0),
            'by_priority', jsonb_build_object(
                'urgent', coalesce(sum(difference) filter (where priority = 'urgent'), 0),
                'high', coalesce(sum(difference) filter (where priority = 'high'), 0),
                'normal', coalesce(sum(difference) filter (where priority = 'normal'), 0),
                'low', coalesce(sum(difference) filter (where priority = 'low'), 0)
            ),
            'breaching', jsonb_build_object(
                'count', least(overdue, 1000), 'exact', overdue <= 1000
            ),
            'oldest_waiting_since', (
                select tickets.waiting_since from public.tickets
                where tickets.queue_id = queue_status.queue
                    and tickets.waiting_on = 'agent'
                    and tickets.status_category in ('new', 'open', 'pending', 'on_hold')
                order by tickets.waiting_since
                limit 1
            )
        )
        from private.queue_counts as counts
        where counts.queue_id = queue_status.queue
            and counts.category in ('new', 'open', 'pending', 'on_hold')
    );
end;
$$;
comment on function private.queue_status is
'The status of a queue: unsolved tickets by category and priority, those waiting for an agent and since when, unassigned and breaching ones.';

create function private.find_readable_queue(ref text) returns public.queues
language plpgsql stable security definer set search_path = ''
as $$
declare
    queue public.queues;
begin
    perform private.require_caller();
    select * into queue from public.queues
    where id = (select private.find_queue_id(ref)) and id in (select private.readable_queues());
    if queue.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    return queue;
end;
$$;
comment on function private.find_readable_queue is
'A queue that the caller may read, by key or id; PT404 when there is none.';

create function api.get_queue_status(queue text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.queues := private.find_readable_queue(queue);
begin
    return private.queue_status(target.id) || jsonb_build_object('queue_id', target.id);
end;
$$;
comment on function api.get_queue_status is 'The current status of a queue that the caller may read.';

-- Broadcasts -----------------------------------------------------------------

create table private.queue_status_broadcasts (
    queue_id uuid primary key references public.queues (id) on delete cascade,
    status jsonb,
    sent_at timestamptz,
    pending_until timestamptz
);
comment on table private.queue_status_broadcasts is 'The last status broadcast for each queue.';
comment on column private.queue_status_broadcasts.queue_id is 'The queue.';
comment on column private.queue_status_broadcasts.status is 'The status that was sent.';
comment on column private.queue_status_broadcasts.sent_at is 'When it was sent.';
comment on column private.queue_status_broadcasts.pending_until is
'Until when a worker may be expected to broadcast later changes; null when none has promised.';
create index queue_status_broadcasts_pending on private.queue_status_broadcasts (pending_until)
where pending_until is not null;
comment on index private.queue_status_broadcasts_pending is 'Serves the pending broadcasts.';

create view private.queue_statuses_changed as
select queues.id as queue_id
from public.queues
left join private.queue_status_broadcasts as broadcasts on queues.id = broadcasts.queue_id
where broadcasts.status is distinct from private.queue_status(queues.id);
comment on view private.queue_statuses_changed is
'Queues whose status is not the one that was broadcast last.';

create function private.broadcast_queue_status(queue uuid, pending boolean default false)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    last private.queue_status_broadcasts;
    current_status jsonb;
    checked_at timestamptz;
    remaining interval;
begin
    select * into last from private.queue_status_broadcasts where queue_id = queue;
    -- A worker with a pending broadcast reads the status one second after the last broadcast,
    -- which is after now, so it will see the committed change that led here. Otherwise, check
    -- under the lock.
    if not pending
    and last.pending_until > clock_timestamp()
    and last.sent_at + interval '1 second' > clock_timestamp() then
        return null;
    end if;
    insert into private.queue_status_broadcasts (queue_id) values (queue) on conflict do nothing;
    select * into last from private.queue_status_broadcasts where queue_id = queue for no key update;
    -- In this order: lock, time, status. Whoever relied on a pending broadcast did so before the
    -- second was over, so a status read after that includes their change.
    checked_at := clock_timestamp();
    remaining := last.sent_at + interval '1 second' - checked_at;
    current_status := private.queue_status(queue);
    if remaining > interval '0' then
        if not pending
        and (current_status = last.status or last.pending_until > checked_at) then
            return null;
        end if;
        update private.queue_status_broadcasts
        set pending_until = checked_at + remaining + interval '5 seconds'
        where queue_id = queue;
        return extract(epoch from remaining);
    end if;
    if current_status = last.status then
        update private.queue_status_broadcasts set pending_until = null
        where queue_id = queue and pending_until is not null;
        return null;
    end if;
    update private.queue_status_broadcasts
    set status = current_status, sent_at = checked_at, pending_until = null
    where queue_id = queue;
    perform realtime.send(
        jsonb_build_object(
            'type', 'QUEUE_STATUS_CHANGED', 'occurred_at', checked_at,
            'queue_id', queue,
            'status', current_status || jsonb_build_object('queue_id', queue)
        ),
        'QUEUE_STATUS_CHANGED', private.queue_topic(queue, internal), true
    )
    from unnest(array[false, true]) as audience (internal);
    return null;
end;
$$;
comment on function private.broadcast_queue_status is
'Broadcasts the status of a queue if it has changed and the last broadcast is over a second ago. Otherwise, unless another worker has promised it, makes the broadcast pending and returns in how many seconds the caller must send it.';

create function api.refresh_queue_status(event uuid) returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    queue uuid;
    seconds double precision;
begin
    for queue in
        select affected.id
        from (
            select tickets.queue_id as id
            from public.ticket_events as events
            inner join public.tickets on tickets.id = events.ticket_id
            where events.id = refresh_queue_status.event
            union
            select (events.before ->> 'queue_id')::uuid as id
            from public.ticket_events as events
            where events.id = refresh_queue_status.event
        ) as affected
        inner join public.queues on queues.id = affected.id
        order by affected.id
    loop
        seconds := greatest(seconds, private.broadcast_queue_status(queue));
    end loop;
    return seconds;
end;
$$;
comment on function api.refresh_queue_status is
'Broadcasts the status of the queues of an event. Returns in how many seconds broadcast_queue_statuses must be called for pending ones, or null.';

create function api.broadcast_queue_statuses(pending boolean default false)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    queue uuid;
    seconds double precision;
begin
    if pending then
        for queue in
            select queue_id from private.queue_status_broadcasts
            where pending_until is not null order by queue_id
        loop
            seconds := greatest(seconds, private.broadcast_queue_status(queue, true));
        end loop;
    else
        -- Unchanged queues are not locked.
        for queue in
            select queue_id from private.queue_statuses_changed order by queue_id
        loop
            seconds := greatest(seconds, private.broadcast_queue_status(queue, true));
        end loop;
    end if;
    return seconds;
end;
$$;
comment on function api.broadcast_queue_statuses is
'Broadcasts the status of queues: the pending ones, or all that have changed. Returns in how many seconds to call again for pending ones, or null.';

grant execute on function api.get_queue_status to authenticated;
grant execute on function api.refresh_queue_status, api.broadcast_queue_statuses to service_role;
