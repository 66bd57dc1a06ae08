-- How a queue stands, without counting: sums that every change keeps, the longest wait by
-- an index, and what has waited too long counted no further than 1,000.

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
comment on table private.queue_counts is 'Tickets a queue and status category, as differences to sum.';
comment on column private.queue_counts.id is 'Identity.';
comment on column private.queue_counts.queue_id is 'The queue.';
comment on column private.queue_counts.category is 'The status category.';
comment on column private.queue_counts.difference is 'Tickets more, or fewer.';
comment on column private.queue_counts.priority is 'The priority.';
comment on column private.queue_counts.waiting is 'Whether an agent is waited for.';
comment on column private.queue_counts.assigned is 'Whether somebody works them.';
create index queue_counts_queue on private.queue_counts (queue_id);

create function private.fold_queue_counts() returns void
language sql security definer set search_path = ''
as $$
    with taken as (
        delete from private.queue_counts
        where id in (
            select id from private.queue_counts order by id limit 5000 for update skip locked
        )
        returning queue_id, category, priority, waiting, assigned, difference
    )

    insert into private.queue_counts (queue_id, category, priority, waiting, assigned, difference)
    select
        taken.queue_id,
        taken.category,
        taken.priority,
        taken.waiting,
        taken.assigned,
        sum(taken.difference)
    from taken
    group by taken.queue_id, taken.category, taken.priority, taken.waiting, taken.assigned
    having sum(taken.difference) <> 0;
$$;
comment on function private.fold_queue_counts is 'Sums differences into fewer rows.';

create function private.count_tickets() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    added integer;
begin
    insert into private.queue_counts (
        queue_id, category, priority, waiting, assigned, difference
    )
    select
        moves.queue_id, moves.status_category, moves.priority, moves.waiting, moves.assigned,
        sum(moves.step)
    from (
        select
            queue_id, status_category, priority,
            waiting_on = 'agent' as waiting, assignee_id is not null as assigned, 1 as step
        from now_is
        union all
        select
            queue_id, status_category, priority,
            waiting_on = 'agent', assignee_id is not null, -1
        from was
    ) as moves
    group by 1, 2, 3, 4, 5
    having sum(moves.step) <> 0;
    get diagnostics added = row_count;
    if added > 0 and random() < 0.02 then
        perform private.fold_queue_counts();
    end if;
    return null;
end;
$$;
comment on function private.count_tickets is 'Keeps the live counts when tickets move.';

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
    from now_is
    group by 1, 2, 3, 4, 5;
    return null;
end;
$$;
comment on function private.count_new_tickets is 'Keeps the live counts when tickets come.';

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
    from was
    group by 1, 2, 3, 4, 5;
    return null;
end;
$$;
comment on function private.count_deleted_tickets is 'Keeps the live counts when tickets are deleted.';

create trigger count_tickets
after update on public.tickets
referencing old table as was new table as now_is
for each statement execute function private.count_tickets();

create trigger count_new_tickets
after insert on public.tickets
referencing new table as now_is
for each statement execute function private.count_new_tickets();

create trigger count_deleted_tickets
after delete on public.tickets
referencing old table as was
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
'Tickets by status category, for those of these queues that the caller may read.';

-- How a queue stands ---------------------------------------------------------

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
'How a queue stands: what is not done, by category and priority, what waits for an agent and since when, what nobody has, what has waited too long.';

create function private.find_readable_queue(ref text) returns public.queues
language plpgsql stable security definer set search_path = ''
as $$
declare
    queue public.queues;
begin
    perform private.require_caller();
    select * into queue from public.queues
    where ref in (key, id::text) and id in (select private.readable_queues());
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
    this constant public.queues := private.find_readable_queue(queue);
begin
    return private.queue_status((this).id) || jsonb_build_object('queue_id', (this).id);
end;
$$;
comment on function api.get_queue_status is 'How a queue stands at this moment, for those who may read it.';

-- Broadcasting it ------------------------------------------------------------

create table private.queue_status_broadcasts (
    queue_id uuid primary key references public.queues (id) on delete cascade,
    told jsonb,
    told_at timestamptz,
    pending_until timestamptz
);
comment on table private.queue_status_broadcasts is 'What was last told of how each queue stands.';
comment on column private.queue_status_broadcasts.queue_id is 'The queue.';
comment on column private.queue_status_broadcasts.told is 'The status that was told.';
comment on column private.queue_status_broadcasts.told_at is 'When.';
comment on column private.queue_status_broadcasts.pending_until is
'Until when to rely on a worker that will tell what has changed since; empty when none will.';
create index queue_status_broadcasts_pending on private.queue_status_broadcasts (pending_until)
where pending_until is not null;
comment on index private.queue_status_broadcasts_pending is 'Promises to keep.';

create view private.queue_statuses_changed as
select queues.id as queue_id
from public.queues
left join private.queue_status_broadcasts as broadcasts on queues.id = broadcasts.queue_id
where broadcasts.told is distinct from private.queue_status(queues.id);
comment on view private.queue_statuses_changed is
'Queues whose status is not the one that was broadcast last.';

create function private.broadcast_queue_status(queue uuid, as_promised boolean default false)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    board private.queue_status_broadcasts;
    status jsonb;
    moment timestamptz;
    too_early interval;
begin
    select * into board from private.queue_status_broadcasts where queue_id = queue;
    -- Who has promised will look a second after the last telling, and so after now: what
    -- brought us here is committed, and will be seen then. Any other time, ask under lock.
    if not as_promised
    and board.pending_until > clock_timestamp()
    and board.told_at + interval '1 second' > clock_timestamp() then
        return null;
    end if;
    insert into private.queue_status_broadcasts (queue_id) values (queue) on conflict do nothing;
    select * into board from private.queue_status_broadcasts where queue_id = queue for no key update;
    -- In this order, lock, time, status: who relied on a promise did so before a second had
    -- passed, so a status read after it has what brought them.
    moment := clock_timestamp();
    too_early := board.told_at + interval '1 second' - moment;
    status := private.queue_status(queue);
    if too_early > interval '0' then
        if not as_promised
        and (status = board.told or board.pending_until > moment) then
            return null;
        end if;
        update private.queue_status_broadcasts
        set pending_until = moment + too_early + interval '5 seconds'
        where queue_id = queue;
        return extract(epoch from too_early);
    end if;
    if status = board.told then
        update private.queue_status_broadcasts set pending_until = null
        where queue_id = queue and pending_until is not null;
        return null;
    end if;
    update private.queue_status_broadcasts
    set told = status, told_at = moment, pending_until = null
    where queue_id = queue;
    perform realtime.send(
        jsonb_build_object(
            'type', 'QUEUE_STATUS_CHANGED', 'occurred_at', moment,
            'queue_id', queue, 'status', status || jsonb_build_object('queue_id', queue)
        ),
        'QUEUE_STATUS_CHANGED', 'queue:' || queue, true
    );
    return null;
end;
$$;
comment on function private.broadcast_queue_status is
'Tells how a queue stands if that has changed and a second has passed; else, when nobody else will, promises it: the answer is in how many seconds.';

create function api.refresh_queue_status(event uuid) returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    queue uuid;
    seconds double precision;
begin
    for queue in
        select concerned.id
        from (
            select tickets.queue_id as id
            from public.ticket_events as events
            inner join public.tickets on tickets.id = events.ticket_id
            where events.id = refresh_queue_status.event
            union
            select (events.before ->> 'queue_id')::uuid as id
            from public.ticket_events as events
            where events.id = refresh_queue_status.event
        ) as concerned
        inner join public.queues on queues.id = concerned.id
        order by concerned.id
    loop
        seconds := greatest(seconds, private.broadcast_queue_status(queue));
    end loop;
    return seconds;
end;
$$;
comment on function api.refresh_queue_status is
'Tells how the queues of an event stand; answers in how many seconds the caller must have broadcast_queue_statuses called, or null.';

create function api.broadcast_queue_statuses(promised boolean default false)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    queue uuid;
    seconds double precision;
begin
    if promised then
        for queue in
            select queue_id from private.queue_status_broadcasts
            where pending_until is not null order by queue_id
        loop
            seconds := greatest(seconds, private.broadcast_queue_status(queue, true));
        end loop;
    else
        -- The rest are not even locked.
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
'Tells how queues stand: those for which somebody has promised it, or all that have changed. Answers in how many seconds to look again, or null.';

grant execute on function api.get_queue_status to authenticated;
grant execute on function api.refresh_queue_status, api.broadcast_queue_statuses to service_role;
