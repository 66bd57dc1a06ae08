-- How a queue stands, without counting: sums that every change keeps, the longest wait by
-- an index, and what has waited too long counted no further than 1,000.

-- The counts begin anew: nothing to default or wait for.
-- squawk-ignore-file adding-required-field, require-concurrent-index-creation

-- Counts grow by priority, by whether an agent is waited for, and by whether anybody has
-- the ticket. Nothing may change while they are counted anew, this once.
do $lock$
begin
    lock table public.tickets in share row exclusive mode;
end;
$lock$;
delete from private.queue_counts
where true;
alter table private.queue_counts
add column priority public.ticket_priority not null,
add column waiting boolean not null,
add column assigned boolean not null;
comment on column private.queue_counts.priority is 'The priority.';
comment on column private.queue_counts.waiting is 'Whether an agent is waited for.';
comment on column private.queue_counts.assigned is 'Whether somebody works them.';
create index queue_counts_queue on private.queue_counts (queue_id);
insert into private.queue_counts (queue_id, category, priority, waiting, assigned, difference)
select
    tickets.queue_id,
    tickets.status_category,
    tickets.priority,
    tickets.waiting_on = 'agent' as waiting,
    tickets.assignee_id is not null as assigned,
    count(*) as difference
from public.tickets
group by 1, 2, 3, 4, 5;

create or replace function private.fold_queue_counts() returns void
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

create or replace function private.count_tickets() returns trigger
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

create or replace function private.count_new_tickets() returns trigger
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

create or replace function private.count_lost_tickets() returns trigger
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

-- The status ----------------------------------------------------------------

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

create function private.find_own_queue(ref text) returns public.queues
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
comment on function private.find_own_queue is
'A queue that the caller may read, by key or id; PT404 when there is none.';

create function public.get_queue_status(queue text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    this constant public.queues := private.find_own_queue(queue);
begin
    return private.queue_status((this).id) || jsonb_build_object('queue_id', (this).id);
end;
$$;
comment on function public.get_queue_status is 'How a queue stands at this moment, for those who may read it.';

grant execute on function public.get_queue_status to authenticated;
