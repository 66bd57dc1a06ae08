-- Reports: what happened to tickets by day, queue, agent, type and tag, counted from their events.
-- Days that are over are counted once, by a job, and kept; the rest is counted when somebody asks.

create table private.report_days (
    day date primary key,
    stale boolean not null default false
);
comment on table private.report_days is
'The days whose counts are kept: from the first event on, without gaps.';
comment on column private.report_days.day is 'The day, in the time zone of the settings.';
comment on column private.report_days.stale is 'Whether it is to be counted again.';
create index report_days_stale on private.report_days (day) where stale;
comment on index private.report_days_stale is 'Serves the job: the days to count again.';

create table private.daily_counts (
    day date not null,
    dimension text not null,
    value text not null,
    opened bigint not null default 0,
    solved bigint not null default 0,
    reopened bigint not null default 0,
    backlog_change bigint not null default 0,
    assigned bigint not null default 0,
    replies bigint not null default 0,
    first_replies bigint not null default 0,
    first_reply_seconds bigint not null default 0,
    resolution_seconds bigint not null default 0,
    primary key (dimension, day, value),
    constraint daily_counts_dimension check (
        dimension in ('total', 'queue', 'agent', 'type', 'tag')
    )
);
comment on table private.daily_counts is
'What happened on each day that is over. It stays when tickets are deleted, so it names no ticket.';
comment on column private.daily_counts.day is 'The day, in the time zone of the settings.';
comment on column private.daily_counts.dimension is 'By what is counted: all tickets, or those of a queue, agent, type or tag, as they were at the event.';
comment on column private.daily_counts.value is 'The id of the queue or agent (empty for nobody), the type, or the key of the tag; empty for all.';
comment on column private.daily_counts.opened is 'Tickets that were opened.';
comment on column private.daily_counts.solved is 'Times that a ticket was solved.';
comment on column private.daily_counts.reopened is 'Times that a solved ticket was opened again.';
comment on column private.daily_counts.backlog_change is 'By how much the number of unsolved tickets grew.';
comment on column private.daily_counts.assigned is 'Times that a ticket was assigned to somebody.';
comment on column private.daily_counts.replies is 'Public replies of staff.';
comment on column private.daily_counts.first_replies is 'Those of them that were the first of their ticket.';
comment on column private.daily_counts.first_reply_seconds is 'How long all these first replies took, from the opening.';
comment on column private.daily_counts.resolution_seconds is 'How long all solving took, each from the opening of the ticket.';

create function private.time_zone() returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select settings.time_zone from private.settings);
end;
$$;
comment on function private.time_zone is 'The time zone whose days reports count by.';

create trigger check_time_zone
before update of time_zone on private.settings
for each row execute function private.check_time_zone();

create function private.last_full_day() returns date
language sql stable security definer set search_path = ''
as $$
    -- Events have the time at which their transaction began, which may end a little later.
    select ((private.now() - interval '10 minutes') at time zone private.time_zone())::date - 1;
$$;
comment on function private.last_full_day is 'The last day that is over, with all its events.';

-- Counting -------------------------------------------------------------------

create function private.counted_events(
    first_day date, end_day date, ticket uuid default null
) returns table (
    day date,
    ticket_id uuid,
    seq integer,
    type text,
    before jsonb,
    after jsonb,
    state jsonb,
    opened_at timestamptz,
    occurred_at timestamptz
)
language sql stable security definer set search_path = '' set jit = off
as $$
    -- Each with what was so after it of the ticket: the last event that says it.
    select
        (events.occurred_at at time zone private.time_zone())::date,
        events.ticket_id,
        events.seq,
        events.type,
        coalesce(events.before, '{}'),
        coalesce(events.after, '{}'),
        past.state,
        past.opened_at,
        events.occurred_at
    from public.ticket_events as events
    cross join lateral (
        select
            jsonb_object_agg(fact.key, fact.value order by earlier.seq) as state,
            min(earlier.occurred_at) as opened_at
        from public.ticket_events as earlier
        cross join lateral jsonb_each(earlier.after) as fact
        where earlier.ticket_id = events.ticket_id and earlier.seq <= events.seq
            and earlier.type in (
                'TICKET_CREATED', 'TICKET_UPDATED', 'TICKET_ASSIGNED', 'TICKET_STATUS_CHANGED'
            )
            and fact.key in ('queue_id', 'type', 'tags', 'assignee_id', 'category')
    ) as past
    where (counted_events.ticket is null or events.ticket_id = counted_events.ticket)
        and events.occurred_at >= coalesce(first_day, '-infinity'::date)::timestamp
        at time zone private.time_zone()
        and events.occurred_at < end_day::timestamp at time zone private.time_zone()
        and (
            events.type in ('TICKET_CREATED', 'TICKET_ASSIGNED', 'TICKET_STATUS_CHANGED')
            or (events.type = 'TICKET_UPDATED' and events.after ?| array['queue_id', 'type', 'tags'])
            or (
                events.type = 'TICKET_COMMENTED' and not events.is_internal
                and events.after -> 'by_staff' = 'true'
            )
        );
$$;
comment on function private.counted_events is
'The events of some days that reports count, from a day until before another, each with the state of its ticket after it: of all tickets, or of one.';

create function private.report_dimensions(state jsonb, agent text) returns table (
    dimension text, value text
)
language sql immutable set search_path = ''
as $$
    values
    ('total', ''),
    ('queue', state ->> 'queue_id'),
    ('agent', coalesce(agent, '')),
    ('type', state ->> 'type')
    union
    select 'tag', private.tag_key(tag)
    from jsonb_array_elements_text(coalesce(state -> 'tags', '[]')) as tag;
$$;
comment on function private.report_dimensions is
'Under what a ticket in this state is counted.';

create function private.count_days(
    first_day date, end_day date, ticket uuid default null
) returns setof private.daily_counts
language sql stable security definer set search_path = '' set jit = off
as $$
    with events as materialized (
        select
            counted.*,
            counted.before ->> 'category' as category_before,
            coalesce(counted.state ->> 'category', 'new') as category_after,
            counted.type = 'TICKET_COMMENTED' and not exists (
                select from public.ticket_events as earlier
                where earlier.ticket_id = counted.ticket_id and earlier.seq < counted.seq
                    and earlier.type = 'TICKET_COMMENTED' and not earlier.is_internal
                    and earlier.after -> 'by_staff' = 'true'
            ) as is_first_reply
        from private.counted_events(first_day, end_day, ticket) as counted
    ),

    counted as (
        -- What happened counts where the ticket stood afterwards.
        select
            events.day,
            dimensions.dimension,
            dimensions.value,
            (events.type = 'TICKET_CREATED')::integer as opened,
            (events.type = 'TICKET_STATUS_CHANGED' and events.category_after = 'solved'
                and events.category_before not in ('solved', 'closed'))::integer as solved,
            (events.type = 'TICKET_STATUS_CHANGED'
                and events.category_before in ('solved', 'closed')
                and events.category_after not in ('solved', 'closed'))::integer as reopened,
            (events.type <> 'TICKET_COMMENTED'
                and events.category_after not in ('solved', 'closed'))::integer as backlog_change,
            (events.type = 'TICKET_ASSIGNED'
                and events.after ->> 'assignee_id' is not null)::integer as assigned,
            (events.type = 'TICKET_COMMENTED')::integer as replies,
            events.is_first_reply::integer as first_replies,
            floor(extract(epoch from events.occurred_at - events.opened_at)) as seconds
        from events
        cross join lateral private.report_dimensions(
            events.state,
            case events.type
                when 'TICKET_COMMENTED' then events.after ->> 'author_id'
                else events.state ->> 'assignee_id'
            end
        ) as dimensions

        union all

        -- And the backlog is left where it stood before.
        select
            events.day,
            dimensions.dimension,
            dimensions.value,
            0, 0, 0, -1, 0, 0, 0, 0
        from events
        cross join lateral private.report_dimensions(
            events.state || events.before, (events.state || events.before) ->> 'assignee_id'
        ) as dimensions
        where events.type not in ('TICKET_CREATED', 'TICKET_COMMENTED')
            and coalesce(events.category_before, events.category_after)
            not in ('solved', 'closed')
    )

    select
        counted.day,
        counted.dimension,
        counted.value,
        sum(counted.opened),
        sum(counted.solved),
        sum(counted.reopened),
        sum(counted.backlog_change),
        sum(counted.assigned),
        sum(counted.replies),
        sum(counted.first_replies),
        coalesce(sum(counted.seconds) filter (where counted.first_replies = 1), 0)::bigint,
        coalesce(sum(counted.seconds) filter (where counted.solved = 1), 0)::bigint
    from counted
    group by counted.day, counted.dimension, counted.value
    having count(*) filter (
        where counted.opened + counted.solved + counted.reopened + counted.assigned
            + counted.replies > 0
    ) > 0 or sum(counted.backlog_change) <> 0;
$$;
comment on function private.count_days is
'Counts some days from the events, from a day until before another: of all tickets, or of one.';

create function private.count_ticket_again(ticket uuid, sign integer) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    -- No day is counted meanwhile; reports are read.
    lock table private.report_days in exclusive mode;
    insert into private.daily_counts as kept
    select
        counted.day, counted.dimension, counted.value,
        sign * counted.opened, sign * counted.solved, sign * counted.reopened, sign * counted.backlog_change,
        sign * counted.assigned, sign * counted.replies, sign * counted.first_replies,
        sign * counted.first_reply_seconds, sign * counted.resolution_seconds
    from private.count_days(
        null, (select max(report_days.day) + 1 from private.report_days), ticket
    ) as counted
    on conflict on constraint daily_counts_pkey do update
    set
        opened = kept.opened + excluded.opened,
        solved = kept.solved + excluded.solved,
        reopened = kept.reopened + excluded.reopened,
        backlog_change = kept.backlog_change + excluded.backlog_change,
        assigned = kept.assigned + excluded.assigned,
        replies = kept.replies + excluded.replies,
        first_replies = kept.first_replies + excluded.first_replies,
        first_reply_seconds = kept.first_reply_seconds + excluded.first_reply_seconds,
        resolution_seconds = kept.resolution_seconds + excluded.resolution_seconds;
    delete from private.daily_counts
    where dimension = 'tag' and sign < 0
        and opened = 0 and solved = 0 and reopened = 0 and backlog_change = 0
        and assigned = 0 and replies = 0 and first_replies = 0;
end;
$$;
comment on function private.count_ticket_again is
'Takes a ticket out of the kept counts (-1), or adds it (1), around a change of its events: its redaction.';

create function private.report_day_due() returns date
language sql stable security definer set search_path = ''
as $$
    select coalesce(
        (select min(days.day) from private.report_days as days where days.stale),
        (
            select min(next.day)
            from (
                select coalesce(
                    (select max(days.day) + 1 from private.report_days as days),
                    (
                        select (min(events.occurred_at) at time zone private.time_zone())::date
                        from public.ticket_events as events
                    )
                ) as day
            ) as next
            where next.day <= private.last_full_day()
        )
    );
$$;
comment on function private.report_day_due is 'The next day to count; null when none is.';

create function api.count_report_day() returns date
language plpgsql security definer set search_path = ''
as $$
declare
    due date;
begin
    -- One after another: a day is counted once, and by nobody while a ticket is redacted.
    lock table private.report_days in exclusive mode;
    due := private.report_day_due();
    if due is not null then
        delete from private.daily_counts where day = due;
        insert into private.daily_counts select * from private.count_days(due, due + 1);
        insert into private.report_days (day) values (due)
        on conflict on constraint report_days_pkey do update set stale = false;
    end if;
    return due;
end;
$$;
comment on function api.count_report_day is
'Counts the next day that is over, or one that is to be counted again, and returns it; null when none is. For the scheduler.';

create function private.recount_days() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    changed integer;
begin
    update private.report_days set stale = true where not stale;
    get diagnostics changed = row_count;
    return changed;
end;
$$;
comment on function private.recount_days is
'Lets the job count all days again, from the events that are left; returns how many.';

create function api.recount_report_days() returns integer
language sql security definer set search_path = ''
as $$
    select private.recount_days();
$$;
comment on function api.recount_report_days is
'Lets the job count all days again, from the events that are left; returns how many. For workers.';

create function private.recount_in_time_zone() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.recount_days();
    return null;
end;
$$;
comment on function private.recount_in_time_zone is 'Counts all days again when they begin at another time.';

create trigger recount_in_time_zone
after update of time_zone on private.settings
for each row when (old.time_zone <> new.time_zone)
execute function private.recount_in_time_zone();

-- Reading --------------------------------------------------------------------

create function private.days_until(last_day date, by_dimension text)
returns setof private.daily_counts
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
    last_kept constant date := (select max(days.day) from private.report_days as days);
begin
    return query
    select kept.* from private.daily_counts as kept
    where kept.dimension = by_dimension and kept.day <= last_day;
    if last_kept is null or last_kept < last_day then
        return query
        select counted.* from private.count_days(last_kept + 1, last_day + 1) as counted
        where counted.dimension = by_dimension;
    end if;
end;
$$;
comment on function private.days_until is
'The counts of all days up to one: those that are kept, and the others from the events.';

create function private.report_metrics(kind text, sums private.daily_counts) returns jsonb
language sql immutable set search_path = ''
as $$
    select case kind
        when 'volume' then jsonb_build_object('opened', (sums).opened)
        else jsonb_build_object('assigned', (sums).assigned, 'replies', (sums).replies)
    end || jsonb_build_object(
        'solved', (sums).solved,
        'reopened', (sums).reopened,
        'backlog', (sums).backlog_change,
        'first_replies', (sums).first_replies,
        'first_reply_seconds',
        round((sums).first_reply_seconds::numeric / nullif((sums).first_replies, 0)),
        'resolution_seconds',
        round((sums).resolution_seconds::numeric / nullif((sums).solved, 0))
    );
$$;
comment on function private.report_metrics is
'Sums of days as a report shows them: the backlog at their end, and means of the times.';

create function private.require_period(from_day date, to_day date) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    -- The bounds first: of infinite days there is no difference.
    if from_day > to_day or from_day < '2000-01-01' or to_day > '9999-12-30'
    or to_day - from_day > 1830 then
        raise sqlstate 'PT422' using
            message = 'bad-range',
            detail = 'A report is of five years at most, and ends on the day it begins or later.';
    end if;
end;
$$;
comment on function private.require_period is 'PT422 unless a report may be of these days.';

create function private.report_sums(by_dimension text, from_day date, to_day date)
returns setof private.daily_counts
language sql stable security definer set search_path = ''
as $$
    select
        to_day,
        by_dimension,
        days.value,
        coalesce(sum(days.opened) filter (where days.day >= from_day), 0)::bigint,
        coalesce(sum(days.solved) filter (where days.day >= from_day), 0)::bigint,
        coalesce(sum(days.reopened) filter (where days.day >= from_day), 0)::bigint,
        sum(days.backlog_change)::bigint,
        coalesce(sum(days.assigned) filter (where days.day >= from_day), 0)::bigint,
        coalesce(sum(days.replies) filter (where days.day >= from_day), 0)::bigint,
        coalesce(sum(days.first_replies) filter (where days.day >= from_day), 0)::bigint,
        coalesce(sum(days.first_reply_seconds) filter (where days.day >= from_day), 0)::bigint,
        coalesce(sum(days.resolution_seconds) filter (where days.day >= from_day), 0)::bigint
    from private.days_until(to_day, by_dimension) as days
    group by days.value;
$$;
comment on function private.report_sums is
'The sums of some days for each value of a dimension; the backlog is that at the end of the last.';

create function private.report_series(unit text, from_day date, to_day date)
returns setof private.daily_counts
language sql stable security definer set search_path = ''
as $$
    with days as materialized (
        select * from private.days_until(to_day, 'total')
    ),

    periods as (
        select
            series.day::date as first_day,
            case unit when 'week' then 7 else 1 end as length
        from generate_series(
            date_trunc(unit, from_day::timestamp), to_day::timestamp, ('1 ' || unit)::interval
        ) as series (day)
    )

    select
        periods.first_day,
        'total',
        '',
        coalesce(sum(days.opened), 0)::bigint,
        coalesce(sum(days.solved), 0)::bigint,
        coalesce(sum(days.reopened), 0)::bigint,
        (sum(coalesce(sum(days.backlog_change), 0)) over (order by periods.first_day))::bigint
        + (
            select coalesce(sum(earlier.backlog_change), 0)::bigint from days as earlier
            where earlier.day < from_day
        ),
        coalesce(sum(days.assigned), 0)::bigint,
        coalesce(sum(days.replies), 0)::bigint,
        coalesce(sum(days.first_replies), 0)::bigint,
        coalesce(sum(days.first_reply_seconds), 0)::bigint,
        coalesce(sum(days.resolution_seconds), 0)::bigint
    from periods
    left join days
        on days.day >= greatest(periods.first_day, from_day)
        and days.day < periods.first_day + periods.length
    group by periods.first_day;
$$;
comment on function private.report_series is
'The sums of each day or week; the backlog is that at its end. A week begins on Monday, and the first is counted from the first day on.';

create function api.get_report(
    kind text, by_dimension text, from_day date default null, to_day date default null
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    today constant date := (private.now() at time zone private.time_zone())::date;
    last_day constant date := coalesce(to_day, greatest(today, from_day));
    first_day constant date := coalesce(from_day, last_day - 29);
    series constant boolean := by_dimension in ('day', 'week');
begin
    perform private.require_permission('reports.read');
    perform private.require_period(first_day, last_day);
    if kind not in ('volume', 'workload')
    or by_dimension not in ('day', 'week', 'queue', 'agent', 'type', 'tag')
    or num_nulls(kind, by_dimension) > 0 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'There is no such report.';
    end if;
    return jsonb_build_object(
        'by', by_dimension,
        'from', first_day,
        'to', last_day,
        'time_zone', private.time_zone(),
        'total', coalesce(
            (
                select private.report_metrics(kind, sums)
                from private.report_sums('total', first_day, last_day) as sums
            ),
            private.report_metrics(kind, (last_day, 'total', '', 0, 0, 0, 0, 0, 0, 0, 0, 0))
        ),
        'items', (
            select coalesce(
                jsonb_agg(
                    private.report_metrics(kind, sums) || jsonb_build_object(
                        'key', case when series then sums.day::text else nullif(sums.value, '') end,
                        'name', case by_dimension
                            when 'queue' then (
                                select queues.name from public.queues
                                where queues.id = private.as_uuid(sums.value)
                            )
                            when 'agent' then (
                                select people.name from public.people
                                where people.id = private.as_uuid(sums.value)
                            )
                        end
                    )
                    order by sums.day, sums.value
                ),
                '[]'
            )
            from (
                select * from private.report_series(by_dimension, first_day, last_day) where series
                union all
                select * from private.report_sums(by_dimension, first_day, last_day)
                where not series
            ) as sums
            where series or private.report_metrics(kind, sums)
                - array['first_reply_seconds', 'resolution_seconds'] <> case kind
                when 'volume' then '{"opened": 0, "solved": 0, "reopened": 0, "backlog": 0,
                    "first_replies": 0}'::jsonb
                else '{"assigned": 0, "replies": 0, "solved": 0, "reopened": 0, "backlog": 0,
                    "first_replies": 0}'
            end
        )
    );
end;
$$;
comment on function api.get_report is
'The report volume or workload by day, week, queue, agent, type or tag, of the last 30 days unless others are named; needs reports.read. Times are means; the backlog is that at the end.';

grant execute on function api.get_report to authenticated;
grant execute on function api.count_report_day, api.recount_report_days to service_role;
