-- Due times: what shared/sla computes from the events of tickets, kept so that lists can show it
-- and a sweep finds what is due. It is a projection: computed anew after each event that bears on
-- it, and for all unsolved tickets when the terms change. Everybody who writes here locks the row
-- of the ticket in sla_tickets first.

create table private.sla_tickets (
    ticket_id uuid primary key references public.tickets (id) on delete cascade,
    queue_id uuid not null,
    seq integer not null,
    terms_id bigint not null,
    policy_id uuid,
    next_due timestamptz,
    breached boolean not null
);
comment on table private.sla_tickets is 'The service levels of tickets in short.';
comment on column private.sla_tickets.ticket_id is 'The ticket.';
comment on column private.sla_tickets.queue_id is 'The queue that it was in, for index scans.';
comment on column private.sla_tickets.seq is 'Its last event when they were computed; an older computation never replaces a newer one.';
comment on column private.sla_tickets.terms_id is 'The terms by which they were computed; likewise.';
comment on column private.sla_tickets.policy_id is 'The policy that applies; null for none.';
comment on column private.sla_tickets.next_due is 'When the first of what is awaited is due, or was; null when nothing is.';
comment on column private.sla_tickets.breached is 'Whether any target was ever missed.';
create index sla_tickets_due on private.sla_tickets (queue_id, next_due, ticket_id)
where next_due is not null;
comment on index private.sla_tickets_due is 'The tickets of a queue by what is due next.';

create table private.sla_runs (
    ticket_id uuid not null references private.sla_tickets (ticket_id) on delete cascade,
    metric text not null,
    run smallint not null,
    state text not null,
    policy_id uuid,
    priority public.ticket_priority not null,
    queue_id uuid not null,
    assignee_id uuid,
    target_minutes integer,
    started_at timestamptz not null,
    due_at timestamptz,
    warn_at timestamptz,
    warned_at timestamptz,
    breached_at timestamptz,
    recorded_at timestamptz,
    met_at timestamptz,
    stopped_at timestamptz,
    used_seconds integer,
    escalated_at timestamptz,
    sweep_at timestamptz,
    primary key (ticket_id, metric, run),
    constraint sla_runs_metric check (metric in ('first_reply', 'next_reply', 'resolution')),
    constraint sla_runs_state check (
        state in ('none', 'running', 'paused', 'met', 'breached', 'stopped')
    )
);
comment on table private.sla_runs is
'The due times of tickets: a row for each time that a reply was awaited, and one for the resolution.';
comment on column private.sla_runs.ticket_id is 'The ticket.';
comment on column private.sla_runs.metric is 'What is awaited: first_reply, next_reply or resolution.';
comment on column private.sla_runs.run is 'Which time of the metric, from 1.';
comment on column private.sla_runs.state is 'How it stands.';
comment on column private.sla_runs.policy_id is 'The policy whose target it is, or was; it may be deleted by now.';
comment on column private.sla_runs.priority is 'The priority whose target it is.';
comment on column private.sla_runs.queue_id is 'The queue of the ticket when it ended, or now.';
comment on column private.sla_runs.assignee_id is 'Who worked the ticket when it ended, or now; they may be deleted by now.';
comment on column private.sla_runs.target_minutes is 'How long it may take; null without a target.';
comment on column private.sla_runs.started_at is 'Since when it is awaited.';
comment on column private.sla_runs.due_at is 'By when; null while it is paused, and when it is over.';
comment on column private.sla_runs.warn_at is 'When a warning is due; null for none.';
comment on column private.sla_runs.warned_at is 'When the warning was given.';
comment on column private.sla_runs.breached_at is 'When it was first overdue; never taken back once it is recorded.';
comment on column private.sla_runs.recorded_at is 'When the breach was written into the history.';
comment on column private.sla_runs.met_at is 'When it got what it waited for.';
comment on column private.sla_runs.stopped_at is 'When it ended without.';
comment on column private.sla_runs.used_seconds is 'How much counted time it took; null until it is over.';
comment on column private.sla_runs.escalated_at is 'Up to when steps of escalation have been taken.';
comment on column private.sla_runs.sweep_at is 'When a sweep has something to do next; null for nothing.';
create index sla_runs_sweep on private.sla_runs (sweep_at) where sweep_at is not null;
comment on index private.sla_runs_sweep is 'Serves the sweep, which touches only what is due.';

create function private.escalation_steps(run private.sla_runs)
returns table (at timestamptz, step jsonb)
language plpgsql stable security definer rows 2 set search_path = ''
as $$
begin
    return query
    select
        case one ->> 'on' when 'warning' then run.warned_at else run.recorded_at end
        + make_interval(mins => coalesce((one ->> 'after')::integer, 0)),
        one
    from private.sla_policies as policies
    cross join jsonb_array_elements(policies.escalation) as one
    where policies.id = run.policy_id
        and (
            coalesce(one -> 'metrics', '[]') in ('[]', 'null')
            or one -> 'metrics' ? run.metric
        );
end;
$$;
comment on function private.escalation_steps is
'The steps of escalation of the policy of a run, with when each is due: so long after the warning was given or the breach was recorded; null before that.';

create function private.next_sweep(run private.sla_runs) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return least(
        case
            when run.met_at is null and run.stopped_at is null
                and run.warned_at is null and run.recorded_at is null and run.breached_at is null
                then run.warn_at
        end,
        case when run.recorded_at is null then coalesce(run.breached_at, run.due_at) end,
        case
            when run.met_at is null and run.stopped_at is null and run.state <> 'paused' then (
                select min(steps.at)
                from private.escalation_steps(run) as steps
                where steps.at > coalesce(run.escalated_at, '-infinity')
            )
        end
    );
end;
$$;
comment on function private.next_sweep is
'When a sweep has something to do about a run next: a warning, a breach or a step of escalation.';

-- Computing them -------------------------------------------------------------

create function api.read_sla_logs(tickets uuid[], known_terms bigint[] default '{}')
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    fields constant text[] := private.used_fields();
    needed constant bigint := (
        select min(private.first_terms(listed.created_at))
        from public.tickets as listed where listed.id = any (read_sla_logs.tickets)
    );
begin
    -- One statement, so that no event and no terms come in between.
    return (
        select jsonb_build_object(
            'terms', (
                select coalesce(jsonb_agg(private.terms_json(terms) order by terms.id), '[]')
                from private.sla_terms as terms
                where terms.id >= needed and terms.id <> all (known_terms)
            ),
            'logs', coalesce(
                jsonb_agg(
                    private.sla_log(listed, fields)
                    || jsonb_build_object('first_terms', private.first_terms(listed.created_at))
                ),
                '[]'
            )
        )
        from public.tickets as listed where listed.id = any (read_sla_logs.tickets)
    );
end;
$$;
comment on function api.read_sla_logs is
'What the service levels of tickets are computed from: a log each, and the terms that they need, but for known_terms. For workers.';

create function private.projected_runs(projection jsonb) returns setof private.sla_runs
language sql stable set search_path = ''
as $$
    select jsonb_populate_record(
        null::private.sla_runs, run || jsonb_build_object('ticket_id', projection -> 'ticket_id')
    )
    from jsonb_array_elements(projection -> 'runs') as run;
$$;
comment on function private.projected_runs is 'The runs of a computed projection, as rows.';

create function api.save_due_times(projections jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    saved uuid[];
begin
    with given as (
        select
            projection,
            (projection ->> 'ticket_id')::uuid as ticket_id,
            (projection ->> 'queue_id')::uuid as queue_id,
            (projection ->> 'seq')::integer as seq,
            (projection ->> 'terms_id')::bigint as terms_id,
            (projection ->> 'policy_id')::uuid as policy_id,
            (projection ->> 'next_due')::timestamptz as next_due,
            (projection ->> 'breached')::boolean as breached
        from jsonb_array_elements(projections) as projection
    ),

    tickets as (
        insert into private.sla_tickets as known (
            ticket_id, queue_id, seq, terms_id, policy_id, next_due, breached
        )
        select
            given.ticket_id, given.queue_id, given.seq, given.terms_id, given.policy_id,
            given.next_due, given.breached
        from given
        where exists (select from public.tickets where tickets.id = given.ticket_id)
        order by given.ticket_id
        on conflict (ticket_id) do update
        set
            queue_id = excluded.queue_id, seq = excluded.seq, terms_id = excluded.terms_id,
            policy_id = excluded.policy_id, next_due = excluded.next_due,
            breached = excluded.breached or known.breached
        where known.seq <= excluded.seq and known.terms_id <= excluded.terms_id
        returning known.ticket_id
    ),

    runs as (
        select complete.*
        from tickets
        inner join given on given.ticket_id = tickets.ticket_id
        cross join private.projected_runs(given.projection) as computed
        cross join private.with_next_sweep(computed) as complete
    ),

    written as (
        insert into private.sla_runs as known
        select runs.* from runs
        on conflict (ticket_id, metric, run) do update
        set
            state = case
                when known.recorded_at is not null then 'breached' else excluded.state
            end,
            policy_id = excluded.policy_id, priority = excluded.priority,
            queue_id = excluded.queue_id, assignee_id = excluded.assignee_id,
            target_minutes = excluded.target_minutes, started_at = excluded.started_at,
            due_at = excluded.due_at, warn_at = excluded.warn_at,
            breached_at = case
                when known.recorded_at is not null then known.breached_at
                else excluded.breached_at
            end,
            met_at = excluded.met_at, stopped_at = excluded.stopped_at,
            used_seconds = excluded.used_seconds,
            sweep_at = private.next_sweep_after(known, excluded)
        where (
            known.state, known.policy_id, known.priority, known.queue_id, known.assignee_id,
            known.target_minutes, known.due_at, known.warn_at, known.breached_at,
            known.met_at, known.stopped_at, known.used_seconds, known.sweep_at
        ) is distinct from (
            excluded.state, excluded.policy_id, excluded.priority, excluded.queue_id,
            excluded.assignee_id, excluded.target_minutes, excluded.due_at, excluded.warn_at,
            excluded.breached_at, excluded.met_at, excluded.stopped_at, excluded.used_seconds,
            excluded.sweep_at
        )
        returning known.ticket_id
    )

    select coalesce(array_agg(tickets.ticket_id), '{}') into saved from tickets;
    -- A newer computation stands there, or another one is needed: of later events by older terms.
    return (
        select coalesce(jsonb_agg(known.ticket_id), '[]')
        from jsonb_array_elements(projections) as projection
        inner join private.sla_tickets as known
            on known.ticket_id = (projection ->> 'ticket_id')::uuid
        where known.ticket_id <> all (saved)
            and (
                known.seq < (projection ->> 'seq')::integer
                or known.terms_id < (projection ->> 'terms_id')::bigint
            )
    );
end;
$$;
comment on function api.save_due_times is
'Saves computed due times, unless newer ones are saved; returns the tickets that must be computed again, because neither is newer. For workers.';

create function private.with_next_sweep(run private.sla_runs) returns private.sla_runs
language plpgsql stable set search_path = ''
as $$
declare
    complete private.sla_runs := run;
begin
    complete.sweep_at := private.next_sweep(run);
    return complete;
end;
$$;
comment on function private.with_next_sweep is 'A run with when a sweep has something to do about it.';

create function private.next_sweep_after(known private.sla_runs, computed private.sla_runs)
returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    merged private.sla_runs := computed;
begin
    merged.warned_at := known.warned_at;
    merged.recorded_at := known.recorded_at;
    merged.escalated_at := known.escalated_at;
    return private.next_sweep(merged);
end;
$$;
comment on function private.next_sweep_after is
'When a sweep has something to do about a run that was computed again: not what it has done.';

-- Computing all of them anew -------------------------------------------------

create table private.sla_recompute (
    only_row boolean primary key default true,
    id uuid not null default extensions.uuid_generate_v4(),
    person_id uuid,
    total integer not null,
    done integer not null default 0,
    after_number bigint not null default 0,
    requested_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    constraint sla_recompute_only_row check (only_row)
);
comment on table private.sla_recompute is
'The last change of policies or calendars, and how far the due times of unsolved tickets follow it; a later change begins anew.';
comment on column private.sla_recompute.only_row is 'Always true, so that there is at most one row.';
comment on column private.sla_recompute.id is 'Identity of the change.';
comment on column private.sla_recompute.person_id is 'Who changed something; hears of the progress.';
comment on column private.sla_recompute.total is 'About how many tickets there are to compute.';
comment on column private.sla_recompute.done is 'How many are computed.';
comment on column private.sla_recompute.after_number is 'The number of the last ticket that is done.';
comment on column private.sla_recompute.requested_at is 'When something was changed.';
comment on column private.sla_recompute.started_at is 'When the first tickets were computed.';
comment on column private.sla_recompute.finished_at is 'When the last one was.';

create function private.request_recompute() returns void
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.sla_recompute as job (person_id, total)
    values (
        private.caller(),
        (
            select coalesce(sum(difference), 0) from private.queue_counts
            where category in ('new', 'open', 'pending', 'on_hold')
        )
    )
    on conflict (only_row) do update
    set
        id = excluded.id, person_id = excluded.person_id, total = excluded.total,
        done = 0, after_number = 0, requested_at = excluded.requested_at,
        started_at = null, finished_at = null;
    perform private.start_job('due_times');
end;
$$;
comment on function private.request_recompute is
'Has the due times of all unsolved tickets computed anew; one that is under way begins again.';

create function private.recompute_json(job private.sla_recompute) returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object(
        'id', job.id,
        'state', case
            when job.finished_at is not null then 'finished'
            when job.started_at is not null then 'running'
            else 'waiting'
        end,
        'total', greatest(job.total, job.done), 'done', job.done,
        'requested_at', job.requested_at, 'started_at', job.started_at,
        'finished_at', job.finished_at
    );
$$;
comment on function private.recompute_json is
'How far due times follow the last change of policies or calendars, as the API returns it.';

create function api.get_sla_recompute() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_staff();
    return (select private.recompute_json(job) from private.sla_recompute as job);
end;
$$;
comment on function api.get_sla_recompute is
'How far due times follow the last change of policies or calendars; null before the first. For staff.';

create function api.next_recompute_chunk(max_items integer default 200) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', job.id,
        'after', job.after_number,
        'up_to', (
            select max(listed.number) from (
                select tickets.number from public.tickets
                where tickets.number > job.after_number
                    and tickets.status_category in ('new', 'open', 'pending', 'on_hold')
                order by tickets.number limit max_items
            ) as listed
        ),
        'tickets', array(
            select tickets.id from public.tickets
            where tickets.number > job.after_number
                and tickets.status_category in ('new', 'open', 'pending', 'on_hold')
            order by tickets.number limit max_items
        )
    )
    from private.sla_recompute as job where job.finished_at is null;
$$;
comment on function api.next_recompute_chunk is
'The next unsolved tickets whose due times follow the last change of policies or calendars; null when all do. For workers.';

create function api.finish_recompute_chunk(
    job uuid, after bigint, up_to bigint default null, chunk integer default 0
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    updated private.sla_recompute;
begin
    -- Another worker may have done the same chunk, and another change may have begun anew.
    update private.sla_recompute as known
    set
        done = known.done + chunk,
        after_number = coalesce(up_to, known.after_number),
        started_at = coalesce(known.started_at, now()),
        finished_at = case when up_to is null then now() end
    where known.id = job and known.after_number = after and known.finished_at is null
    returning * into updated;
    if updated.id is null then
        return false;
    end if;
    if updated.person_id is not null then
        perform realtime.send(
            private.recompute_json(updated), 'SLA_RECOMPUTE_PROGRESSED',
            private.user_topic(updated.person_id), true
        );
    end if;
    return true;
end;
$$;
comment on function api.finish_recompute_chunk is
'Notes that the due times of a chunk are computed, or, with no up_to, of the last one, and broadcasts it to whoever changed something; false when that was noted before. For workers.';

alter table private.sla_tickets enable row level security;
alter table private.sla_runs enable row level security;
alter table private.sla_recompute enable row level security;
grant execute on function api.get_sla_recompute to authenticated;
grant execute on function
api.read_sla_logs, api.save_due_times, api.next_recompute_chunk, api.finish_recompute_chunk
to service_role;
