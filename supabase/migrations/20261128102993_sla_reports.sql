-- The report on service levels, from the runs that follow from the events.

create index sla_runs_decided on private.sla_runs ((least(breached_at, met_at)))
where least(breached_at, met_at) is not null;
comment on index private.sla_runs_decided is 'Serves the report on service levels.';

create function private.sla_groups(by_dimension text, first timestamptz, last timestamptz)
returns table (
    key text, metric text, met bigint, breached bigint, median_seconds bigint, p90_seconds bigint
)
language plpgsql stable security definer set search_path = ''
as $$
declare
    -- Of fixed pieces alone.
    key_sql constant text := case by_dimension
        when 'queue' then 'runs.queue_id::text'
        when 'agent' then 'runs.assignee_id::text'
        when 'policy' then 'runs.policy_id::text'
        when 'priority' then 'runs.priority::text'
        when 'week' then
            'to_char(date_trunc(''week'', least(runs.breached_at, runs.met_at)'
            ' at time zone private.time_zone()), ''YYYY-MM-DD'')'
    end;
begin
    if key_sql is null then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Report by queue, agent, policy, priority or week.';
    end if;
    return query execute format(
        $sql$
            select
                grouped.key, grouped.metric,
                count(*) filter (where grouped.breached_at is null),
                count(grouped.breached_at),
                round(percentile_cont(0.5) within group (order by grouped.seconds))::bigint,
                round(percentile_cont(0.9) within group (order by grouped.seconds))::bigint
            from (
                select
                    %s as key, runs.metric, runs.breached_at,
                    case when runs.met_at is not null then runs.used_seconds end as seconds
                from private.sla_runs as runs
                where least(runs.breached_at, runs.met_at) >= $1
                    and least(runs.breached_at, runs.met_at) < $2
                    and (runs.target_minutes is not null or runs.breached_at is not null)
            ) as grouped
            group by grouped.key, grouped.metric
        $sql$,
        key_sql
    ) using first, last;
end;
$$;
comment on function private.sla_groups is
'How many targets were met and missed between two times, and how much counted time meeting them took, late ones included: by queue, agent, policy, priority or week, and by metric. PT422.';

create function api.get_sla_report(
    by_dimension text, from_day date default null, to_day date default null
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    zone constant text := private.time_zone();
    last constant date := coalesce(to_day, (private.now() at time zone zone)::date);
    first constant date := coalesce(from_day, last - 29);
begin
    perform private.require_permission('reports.read');
    perform private.require_period(first, last);
    return jsonb_build_object(
        'by', by_dimension, 'from', first, 'to', last, 'time_zone', zone,
        'items', (
            select coalesce(
                jsonb_agg(
                    to_jsonb(groups) || jsonb_build_object('name', case by_dimension
                        when 'queue' then (
                            select queues.name from public.queues
                            where queues.id::text = groups.key
                        )
                        when 'agent' then (
                            select people.name from public.people
                            where people.id::text = groups.key
                        )
                        when 'policy' then (
                            select policies.name from private.sla_policies as policies
                            where policies.id::text = groups.key
                        )
                    end)
                    order by groups.key, groups.metric
                ),
                '[]'
            )
            from private.sla_groups(
                by_dimension,
                first::timestamp at time zone zone, (last + 1)::timestamp at time zone zone
            ) as groups
        )
    );
end;
$$;
comment on function api.get_sla_report is
'How service levels were kept on some days, the last 30 unless told otherwise, in the time zone of the desk; needs reports.read. PT422.';

create function api.read_sla_simulation(
    draft jsonb, days integer, after_number bigint default 0, page_size integer default 500
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    since constant timestamptz := private.now() - make_interval(days => days);
    conditions jsonb;
    fields text[];
begin
    perform private.require_permission('sla.manage');
    perform private.require_policy_fields(draft);
    perform private.require_calendar((draft ->> 'calendar_id')::uuid);
    if coalesce(days not between 1 and 366, true) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Simulate over 1 to 366 days.';
    end if;
    conditions := private.policy_conditions(coalesce(draft -> 'conditions', '{}'));
    fields := array(select jsonb_object_keys(conditions -> 'field'));
    return (
        select jsonb_build_object(
            'since', since,
            'conditions', conditions,
            'next', case
                when count(*) = private.page_limit(page_size) then max(listed.number)
            end,
            'calendars', (
                select coalesce(jsonb_agg(private.calendar_json(calendars)), '[]')
                from private.calendars
            ),
            'logs', coalesce(
                jsonb_agg(private.sla_log(listed, fields) order by listed.number), '[]'
            )
        )
        from (
            select tickets.* from public.tickets
            where tickets.number > after_number and tickets.created_at >= since
            order by tickets.number limit private.page_limit(page_size)
        ) as listed
    );
end;
$$;
comment on function api.read_sla_simulation is
'The next tickets that were opened in the last days, with what a draft of a policy would have meant for them; changes nothing. Needs sla.manage; PT422 for a draft that could not be stored.';

grant execute on function api.get_sla_report, api.read_sla_simulation to authenticated;
