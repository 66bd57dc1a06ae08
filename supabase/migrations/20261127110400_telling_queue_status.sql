-- How a queue stands is told when it changes: at most once a second a queue, and the last
-- state always. Writers take no part in it; workers do it afterwards.
--
-- Whoever comes too early promises to come back. A promise that was not kept in time
-- counts for nothing, so a worker that was killed holds nobody up.

create table private.told_statuses (
    queue_id uuid primary key references public.queues (id) on delete cascade,
    told jsonb,
    told_at timestamptz,
    promised_until timestamptz
);
comment on table private.told_statuses is 'What was last told of how each queue stands.';
comment on column private.told_statuses.queue_id is 'The queue.';
comment on column private.told_statuses.told is 'The status that was told.';
comment on column private.told_statuses.told_at is 'When.';
comment on column private.told_statuses.promised_until is
'Until when to rely on a worker that will tell what has changed since; empty when none will.';
create index told_statuses_promised on private.told_statuses (promised_until)
where promised_until is not null;
comment on index private.told_statuses_promised is 'Promises to keep.';

create function private.tell_queue_status(queue uuid, as_promised boolean default false)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    board private.told_statuses;
    status jsonb;
    moment timestamptz;
    too_early interval;
begin
    select * into board from private.told_statuses where queue_id = queue;
    -- Who has promised will look a second after the last telling, and so after now: what
    -- brought us here is committed, and will be seen then. Any other time, ask under lock.
    if not as_promised
    and board.promised_until > clock_timestamp()
    and board.told_at + interval '1 second' > clock_timestamp() then
        return null;
    end if;
    insert into private.told_statuses (queue_id) values (queue) on conflict do nothing;
    select * into board from private.told_statuses where queue_id = queue for no key update;
    -- In this order, lock, time, status: who relied on a promise did so before a second had
    -- passed, so a status read after it has what brought them.
    moment := clock_timestamp();
    too_early := board.told_at + interval '1 second' - moment;
    status := private.queue_status(queue);
    if too_early > interval '0' then
        if not as_promised
        and (status = board.told or board.promised_until > moment) then
            return null;
        end if;
        update private.told_statuses
        set promised_until = moment + too_early + interval '5 seconds'
        where queue_id = queue;
        return extract(epoch from too_early);
    end if;
    if status = board.told then
        update private.told_statuses set promised_until = null
        where queue_id = queue and promised_until is not null;
        return null;
    end if;
    update private.told_statuses
    set told = status, told_at = moment, promised_until = null
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
comment on function private.tell_queue_status is
'Tells how a queue stands if that has changed and a second has passed; else, when nobody else will, promises it: the answer is in how many seconds.';

create function public.refresh_queue_status(event uuid) returns double precision
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
        seconds := greatest(seconds, private.tell_queue_status(queue));
    end loop;
    return seconds;
end;
$$;
comment on function public.refresh_queue_status is
'Tells how the queues of an event stand; answers in how many seconds the caller must have tell_queue_statuses called, or null.';

create function public.tell_queue_statuses(promised boolean default false)
returns double precision
language plpgsql security definer set search_path = ''
as $$
declare
    queue uuid;
    seconds double precision;
begin
    if promised then
        for queue in
            select queue_id from private.told_statuses
            where promised_until is not null order by queue_id
        loop
            seconds := greatest(seconds, private.tell_queue_status(queue, true));
        end loop;
    else
        -- The rest are not even locked.
        for queue in
            select queues.id
            from public.queues
            left join private.told_statuses as boards on boards.queue_id = queues.id
            where boards.told is distinct from private.queue_status(queues.id)
            order by queues.id
        loop
            seconds := greatest(seconds, private.tell_queue_status(queue, true));
        end loop;
    end if;
    return seconds;
end;
$$;
comment on function public.tell_queue_statuses is
'Tells how queues stand: those for which somebody has promised it, or all that have changed. Answers in how many seconds to look again, or null.';

grant execute on function public.refresh_queue_status, public.tell_queue_statuses
to service_role;
