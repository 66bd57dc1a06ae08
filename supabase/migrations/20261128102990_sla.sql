-- Service levels: calendars say when a team works, policies how soon a ticket is answered and
-- solved. What follows for a ticket is computed from its events, by shared/sla.

create function private.is_working_week(week jsonb) returns boolean
language sql immutable set search_path = ''
as $$
    -- Hours that are written as 09:00-17:00; those of a day may touch and do not overlap.
    with days as (
        select key, value from jsonb_each(
            case when jsonb_typeof(week) = 'object' then week else '{"": null}' end
        )
    ),

    hours as (
        select
            days.key as day,
            hours.value as text,
            coalesce(
                hours.value ~ '^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
                and left(hours.value, 5) < right(hours.value, 5),
                false
            ) as are_hours
        from days
        cross join jsonb_array_elements_text(
            case when jsonb_typeof(days.value) = 'array' then days.value else '[null]' end
        ) as hours
    )

    select
        coalesce(bool_and(hours.are_hours), false)
        and not exists (
            select from days
            where days.key not in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
        )
        and not exists (
            select from hours as one
            inner join hours as other
                on other.day = one.day and other.text > one.text
                and left(other.text, 5) < right(one.text, 5)
        )
        and count(*) = count(distinct (hours.day, hours.text))
    from hours;
$$;
comment on function private.is_working_week is
'Whether a value names working hours by day, such as {"mon": ["09:00-12:00", "13:00-17:00"]}, without overlaps, and at least some.';

create table private.calendars (
    id uuid primary key default extensions.uuid_generate_v4(),
    name text not null unique,
    time_zone text not null,
    week jsonb not null,
    holidays date[] not null default '{}',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint calendars_name check (
        length(name) between 1 and 120 and private.is_single_line(name)
    ),
    constraint calendars_week check (private.is_working_week(week)),
    constraint calendars_holidays check (
        cardinality(holidays) <= 1000 and array_position(holidays, null) is null
        and date '0001-01-01' <= all(holidays) and date '9999-12-31' >= all(holidays)
    )
);
comment on table private.calendars is 'When teams work, each in its own time zone.';
comment on column private.calendars.id is 'Identity.';
comment on column private.calendars.name is 'What it is called.';
comment on column private.calendars.time_zone is 'The zone of its working hours, such as Europe/Berlin; not where the customer is.';
comment on column private.calendars.week is 'The working hours by day: {"mon": ["09:00-12:00", "13:00-17:00"]}; the end does not belong to them.';
comment on column private.calendars.holidays is 'Dates that are closed, in its time zone. They are stored and never looked up, so that no due time moves by itself.';
comment on column private.calendars.version is 'Counts its changes.';
comment on column private.calendars.created_at is 'When it was made.';
create trigger increment_version before update on private.calendars
for each row execute function private.increment_version();

create function private.are_targets(targets jsonb) returns boolean
language sql immutable set search_path = ''
as $$
    select
        coalesce(jsonb_typeof(targets) = 'object', false)
        and not exists (
            select from jsonb_each(targets) as metric
            where metric.key not in ('first_reply', 'next_reply', 'resolution')
                or jsonb_typeof(metric.value) <> 'object'
        )
        and coalesce((
            select bool_and(
                target.key in ('urgent', 'high', 'normal', 'low')
                and jsonb_typeof(target.value) = 'number'
                and target.value::text ~ '^[0-9]{1,6}$'
                and target.value::text::integer between 1 and 525600
            )
            from jsonb_each(targets) as metric
            cross join jsonb_each(
                case when jsonb_typeof(metric.value) = 'object' then metric.value else '{}' end
            ) as target
        ), false);
$$;
comment on function private.are_targets is
'Whether a value has minutes by metric and priority, such as {"first_reply": {"urgent": 30}}, and at least one; a minute to a year.';

create table private.sla_policies (
    id uuid primary key default extensions.uuid_generate_v4(),
    name text not null unique,
    position integer not null,
    conditions jsonb not null default '{}',
    calendar_id uuid references private.calendars (id),
    targets jsonb not null,
    pauses public.status_category[] not null default '{pending}',
    around_the_clock text[] not null default '{}',
    warn_before integer,
    valid_from timestamptz not null default now(),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint sla_policies_position unique (position) deferrable initially deferred,
    constraint sla_policies_name check (
        length(name) between 1 and 120 and private.is_single_line(name)
    ),
    constraint sla_policies_conditions check (jsonb_typeof(conditions) = 'object'),
    constraint sla_policies_targets check (private.are_targets(targets)),
    constraint sla_policies_pauses check (pauses <@ '{pending,on_hold}'),
    constraint sla_policies_around_the_clock check (
        around_the_clock <@ '{first_reply,next_reply,resolution}'
    ),
    constraint sla_policies_warn_before check (warn_before between 1 and 525600)
);
comment on table private.sla_policies is 'How soon tickets are answered and solved. The first policy whose conditions hold applies.';
comment on column private.sla_policies.id is 'Identity.';
comment on column private.sla_policies.name is 'What it is called.';
comment on column private.sla_policies.position is 'Order: 1 is asked first.';
comment on column private.sla_policies.conditions is 'Which tickets it is for: values by type, priority, queue, organization and tag, any of which must hold; {} for all.';
comment on column private.sla_policies.calendar_id is 'The working hours that count; null for around the clock.';
comment on column private.sla_policies.targets is 'Minutes by metric and priority; what is left out has no target.';
comment on column private.sla_policies.pauses is 'The status categories in which the resolution is not counted.';
comment on column private.sla_policies.around_the_clock is 'The metrics that count all time, whatever the calendar.';
comment on column private.sla_policies.warn_before is 'How many minutes before a target is due a warning is given; null for none.';
comment on column private.sla_policies.valid_from is 'It is for tickets that were opened since; a new policy breaches no old ticket.';
comment on column private.sla_policies.version is 'Counts its changes.';
comment on column private.sla_policies.created_at is 'When it was made.';
create index sla_policies_calendar on private.sla_policies (calendar_id);
create trigger increment_version before update on private.sla_policies
for each row execute function private.increment_version();

-- Calendars ------------------------------------------------------------------

create function private.calendar_json(calendar private.calendars) returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object(
        'id', calendar.id, 'name', calendar.name, 'time_zone', calendar.time_zone,
        'week', calendar.week, 'holidays', calendar.holidays, 'version', calendar.version
    );
$$;
comment on function private.calendar_json is 'A calendar as the API returns it.';

create function private.require_calendar_hours(week jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if not coalesce(private.is_working_week(week), false) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Working hours are lists by day, mon to sun, such as {"mon": ["09:00-12:00", "13:00-17:00"]}: some in all, each from an earlier to a later time or 24:00, and those of a day without overlaps.';
    end if;
end;
$$;
comment on function private.require_calendar_hours is
'PT422 unless a value names working hours by day (private.is_working_week).';

create function private.holiday_dates(given text[]) returns date[]
language plpgsql stable set search_path = ''
as $$
begin
    -- PostgreSQL also reads `tomorrow`, and by the session 12/25/2026.
    if exists (
        select from unnest(given) as holiday
        where (holiday ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') is not true
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Holidays are dates, such as 2026-12-25.';
    end if;
    return array(select distinct holiday::date from unnest(given) as holiday order by 1);
end;
$$;
comment on function private.holiday_dates is
'The dates of a list of texts, each once and in order; PT422 unless each is written as 2026-12-25.';

create function private.lock_calendar(
    calendar uuid, expected_version integer default null
) returns private.calendars
language plpgsql security definer set search_path = ''
as $$
declare
    found_row private.calendars;
begin
    perform private.require_permission('sla.manage');
    select * into found_row from private.calendars where id = calendar for update;
    if found_row.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such calendar.';
    end if;
    perform private.require_version(found_row.version, expected_version);
    return found_row;
end;
$$;
comment on function private.lock_calendar is
'The guard of commands on calendars: finds and locks one; needs sla.manage, PT404, PT412.';

create function api.list_calendars() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_staff();
    return coalesce(
        (
            select jsonb_agg(private.calendar_json(calendars) order by calendars.name)
            from private.calendars
        ),
        '[]'
    );
end;
$$;
comment on function api.list_calendars is 'All calendars, by name; for staff.';

create function api.get_calendar(calendar uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    response jsonb;
begin
    perform private.require_staff();
    select private.calendar_json(calendars) into response
    from private.calendars where calendars.id = calendar;
    if response is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such calendar.';
    end if;
    return response;
end;
$$;
comment on function api.get_calendar is 'One calendar; for staff.';

create function api.create_calendar(
    name text,
    time_zone text,
    week jsonb,
    holidays text[] default '{}',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('sla.manage');
    response jsonb := private.stored_response(idempotency_key, jsonb_build_object(
        'command', 'create_calendar', 'name', name, 'time_zone', time_zone,
        'week', week, 'holidays', holidays
    ));
    calendar private.calendars;
begin
    if response is not null then
        return response;
    end if;
    perform private.require_time_zone(time_zone);
    perform private.require_calendar_hours(week);
    insert into private.calendars (name, time_zone, week, holidays)
    values (
        create_calendar.name, create_calendar.time_zone, create_calendar.week,
        private.holiday_dates(create_calendar.holidays)
    )
    returning * into calendar;
    response := private.calendar_json(calendar);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.create_calendar is
'Makes a calendar and returns it; needs sla.manage. PT422 for hours that overlap, or none.';

create function api.change_calendar(
    calendar uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target private.calendars := private.lock_calendar(calendar, expected_version);
begin
    perform private.require_fields(changes, '{
        "name": "string", "time_zone": "string", "week": "object", "holidays": "strings"
    }');
    if changes ? 'time_zone' then
        perform private.require_time_zone(changes ->> 'time_zone');
    end if;
    if changes ? 'week' then
        perform private.require_calendar_hours(changes -> 'week');
    end if;
    update private.calendars
    set
        name = coalesce(changes ->> 'name', target.name),
        time_zone = coalesce(changes ->> 'time_zone', target.time_zone),
        week = coalesce(changes -> 'week', target.week),
        holidays = case
            when not changes ? 'holidays' then target.holidays
            else private.holiday_dates(
                array(select jsonb_array_elements_text(changes -> 'holidays'))
            )
        end
    where id = target.id
    returning * into target;
    return private.calendar_json(target);
end;
$$;
comment on function api.change_calendar is
'Changes name, time zone, week or holidays of a calendar, each as a whole; needs sla.manage.';

create function api.delete_calendar(calendar uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.calendars := private.lock_calendar(calendar);
    users text;
begin
    select string_agg(policies.name, ', ' order by policies.position) into users
    from private.sla_policies as policies where policies.calendar_id = target.id;
    if users is not null then
        raise sqlstate 'PT409' using
            message = 'calendar-in-use',
            detail = format('Policies count by this calendar: %s. Give them another one first.', users);
    end if;
    delete from private.calendars where id = target.id;
    return private.calendar_json(target);
end;
$$;
comment on function api.delete_calendar is
'Deletes a calendar that no policy uses, and returns what it was; needs sla.manage.';

-- Policies -------------------------------------------------------------------

create function private.sla_policy_json(policy private.sla_policies) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', policy.id, 'name', policy.name, 'position', policy.position,
        'conditions', policy.conditions, 'calendar_id', policy.calendar_id,
        'calendar_name', (
            select calendars.name from private.calendars
            where calendars.id = policy.calendar_id
        ),
        'targets', policy.targets, 'pauses', policy.pauses,
        'around_the_clock', policy.around_the_clock, 'warn_before', policy.warn_before,
        'valid_from', policy.valid_from,
        'version', policy.version
    );
$$;
comment on function private.sla_policy_json is 'A policy as the API returns it.';

create function private.condition_values(condition text, given jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    -- As they stand in the column; whatever is no value of its kind is left out.
    known constant jsonb := (
        select jsonb_agg(distinct coalesce(
            case condition
                when 'type' then (
                    select types.label::text
                    from unnest(enum_range(null::public.ticket_type)) as types (label)
                    where types.label::text = value
                )
                when 'priority' then (
                    select priorities.label::text
                    from unnest(enum_range(null::public.ticket_priority)) as priorities (label)
                    where priorities.label::text = value
                )
                when 'queue' then private.find_queue_id(value)::text
                when 'organization' then (
                    select organizations.id::text from public.organizations
                    where organizations.id = private.as_uuid(value)
                )
                when 'tag' then private.tag_key(value)
            end,
            ''
        ))
        from jsonb_array_elements_text(
            case
                when private.has_json_type(given, 'strings') and jsonb_array_length(given) <= 100
                    then given
                else '[]'
            end
        ) as value
    );
begin
    if known is null or known ? '' then
        raise sqlstate 'PT422' using
            message = case
                -- A list of names of what there is not; anything else is no such list.
                when known is not null and (condition = 'queue' or condition = 'organization'
                    and not exists (
                        select from jsonb_array_elements_text(given) as value
                        where private.as_uuid(value) is null
                    )) then 'invalid-condition'
                else 'invalid'
            end,
            detail = format(
                'Conditions are lists of 1 to 100 values by type, priority, queue, organization or tag; "%s" has none, too many, or one that there is not.',
                left(condition, 40)
            );
    end if;
    return known;
end;
$$;
comment on function private.condition_values is
'The values of one condition of a policy, queues as ids and tags as they are compared; PT422 for what can never hold.';

create function private.policy_conditions(conditions jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(
        jsonb_object_agg(given.key, private.condition_values(given.key, given.value)), '{}'
    )
    from jsonb_each(
        case when jsonb_typeof(conditions) = 'object' then conditions else '{"": null}' end
    ) as given;
$$;
comment on function private.policy_conditions is
'The conditions of a policy as they are stored; PT422 when one can never hold.';

create function private.conditions_cover(earlier jsonb, later jsonb) returns boolean
language sql immutable set search_path = ''
as $$
    select not exists (
        select from jsonb_each(earlier) as condition
        where not coalesce(condition.value @> (later -> condition.key), false)
    );
$$;
comment on function private.conditions_cover is
'Whether every ticket for which the later conditions hold is one for which the earlier ones do.';

create function private.require_reachable_policies() returns void
language plpgsql security definer set search_path = ''
as $$
declare
    earlier text;
    later text;
begin
    select one.name, other.name into earlier, later
    from private.sla_policies as one
    inner join private.sla_policies as other
        on other.position > one.position
        and private.conditions_cover(one.conditions, other.conditions)
    order by other.position, one.position
    limit 1;
    if later is not null then
        raise sqlstate 'PT409' using
            message = 'policy-never-matches',
            detail = format(
                'The policy "%s" would never apply: "%s" stands before it and takes all of its tickets. Narrow that one, or change their order.',
                later, earlier
            );
    end if;
end;
$$;
comment on function private.require_reachable_policies is
'PT409 when a policy can never match, because one before it takes all of its tickets.';

create function private.place_policy(policy uuid, place integer) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    with others as (
        select
            policies.id,
            row_number() over (order by policies.position) as number
        from private.sla_policies as policies
        where policies.id <> policy
    ),

    places as (
        select others.id, others.number + (others.number >= place)::integer as position
        from others
        union all
        select policy, least(place, (select count(*) + 1 from others))
    )

    update private.sla_policies as policies
    set position = places.position
    from places
    where places.id = policies.id and policies.position <> places.position;
end;
$$;
comment on function private.place_policy is
'Moves a policy to a place in the order, from 1 on, and the others along.';

create function private.lock_policies() returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_permission('sla.manage');
    -- Their order is a property of all of them.
    lock table private.sla_policies in share row exclusive mode;
end;
$$;
comment on function private.lock_policies is
'The guard of commands on policies, which are changed one after another; needs sla.manage.';

create function private.lock_policy(
    policy uuid, expected_version integer default null
) returns private.sla_policies
language plpgsql security definer set search_path = ''
as $$
declare
    found_row private.sla_policies;
begin
    perform private.lock_policies();
    select * into found_row from private.sla_policies where id = policy;
    if found_row.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such policy.';
    end if;
    perform private.require_version(found_row.version, expected_version);
    return found_row;
end;
$$;
comment on function private.lock_policy is
'The guard of commands on one policy; needs sla.manage, PT404, PT412.';

create function private.require_calendar(calendar uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if calendar is not null
        and not exists (select from private.calendars where id = calendar) then
        raise sqlstate 'PT422' using
            message = 'unknown-calendar', detail = 'There is no such calendar.';
    end if;
end;
$$;
comment on function private.require_calendar is
'PT422 unless there is a calendar of this id; null is around the clock.';

create function api.list_sla_policies() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_staff();
    return coalesce(
        (
            select jsonb_agg(private.sla_policy_json(policies) order by policies.position)
            from private.sla_policies as policies
        ),
        '[]'
    );
end;
$$;
comment on function api.list_sla_policies is 'All policies, in the order in which they are asked; for staff.';

create function api.get_sla_policy(policy uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    response jsonb;
begin
    perform private.require_staff();
    select private.sla_policy_json(policies) into response
    from private.sla_policies as policies where policies.id = policy;
    if response is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such policy.';
    end if;
    return response;
end;
$$;
comment on function api.get_sla_policy is 'One policy; for staff.';

create function api.create_sla_policy(
    draft jsonb, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    response jsonb;
    policy private.sla_policies;
begin
    perform private.lock_policies();
    response := private.stored_response(idempotency_key, jsonb_build_object(
        'command', 'create_sla_policy', 'draft', draft
    ));
    if response is not null then
        return response;
    end if;
    perform private.require_policy_fields(draft);
    if (select count(*) from private.sla_policies) >= 100 then
        raise sqlstate 'PT409' using
            message = 'too-many-policies',
            detail = 'There can be 100 policies at most. Delete one first.';
    end if;
    insert into private.sla_policies (name, position, targets)
    values (
        draft ->> 'name',
        (select coalesce(max(policies.position), 0) + 1 from private.sla_policies as policies),
        draft -> 'targets'
    )
    returning * into policy;
    response := private.change_policy(policy, draft);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.create_sla_policy is
'Makes a policy, the last one unless its position is named, and returns it; needs sla.manage.';

create function private.require_policy_fields(input jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    perform private.require_fields(input, '{
        "name": "string", "position": "integer", "conditions": "object",
        "calendar_id": "string?", "targets": "object", "pauses": "strings",
        "around_the_clock": "strings", "warn_before": "integer?"
    }');
    if not coalesce(private.are_targets(coalesce(input -> 'targets', '{"first_reply": {"urgent": 1}}')), false) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Targets are minutes by metric (first_reply, next_reply, resolution) and priority, such as {"first_reply": {"urgent": 30}}; at least one, each 1 to 525600.';
    end if;
end;
$$;
comment on function private.require_policy_fields is
'PT422 unless an object has fields of a policy alone, each of its type.';

create function private.change_policy(
    policy private.sla_policies, changes jsonb
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_calendar((changes ->> 'calendar_id')::uuid);
    update private.sla_policies as policies
    set
        name = coalesce(changes ->> 'name', policy.name),
        conditions = case
            when changes ? 'conditions' then private.policy_conditions(changes -> 'conditions')
            else policy.conditions
        end,
        calendar_id = case
            when changes ? 'calendar_id' then (changes ->> 'calendar_id')::uuid
            else policy.calendar_id
        end,
        targets = coalesce(changes -> 'targets', policy.targets),
        pauses = case
            when changes ? 'pauses' then array(
                select distinct category::public.status_category
                from jsonb_array_elements_text(changes -> 'pauses') as category
            )
            else policy.pauses
        end,
        around_the_clock = case
            when changes ? 'around_the_clock' then array(
                select distinct metric
                from jsonb_array_elements_text(changes -> 'around_the_clock') as metric
            )
            else policy.around_the_clock
        end,
        warn_before = case
            when changes ? 'warn_before' then (changes ->> 'warn_before')::integer
            else policy.warn_before
        end
    where policies.id = policy.id;
    if changes ? 'position' then
        perform private.place_policy(policy.id, greatest((changes ->> 'position')::integer, 1));
    end if;
    perform private.require_reachable_policies();
    return (
        select private.sla_policy_json(policies)
        from private.sla_policies as policies where policies.id = policy.id
    );
end;
$$;
comment on function private.change_policy is
'Changes what is named of a policy, which is locked, and returns it; PT409 when one could never match.';

create function api.change_sla_policy(
    policy uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.sla_policies := private.lock_policy(policy, expected_version);
begin
    perform private.require_policy_fields(changes);
    return private.change_policy(target, changes);
end;
$$;
comment on function api.change_sla_policy is
'Changes what is named of a policy, each as a whole; needs sla.manage.';

create function api.delete_sla_policy(policy uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant private.sla_policies := private.lock_policy(policy);
    response constant jsonb := private.sla_policy_json(target);
begin
    delete from private.sla_policies where id = target.id;
    -- Whoever is first now stays first, and the others follow without a gap.
    perform private.place_policy(policies.id, 1)
    from (select id from private.sla_policies order by position limit 1) as policies;
    return response;
end;
$$;
comment on function api.delete_sla_policy is
'Deletes a policy and returns what it was; its tickets go to the next one that fits. Needs sla.manage.';

-- The service levels of a ticket ---------------------------------------------

create function api.get_ticket_sla_log(ticket text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.find_visible_ticket(ticket);
begin
    -- Policies say how other customers are served.
    if target.queue_id not in (select private.readable_queues()) then
        raise sqlstate 'PT403' using
            message = 'denied', detail = 'Service levels are for those who work the queue.';
    end if;
    return jsonb_build_object(
        'ticket_id', target.id,
        'organization_id', target.organization_id,
        'now', now(),
        'policies', (
            select coalesce(jsonb_agg(private.sla_policy_json(policies) order by policies.position), '[]')
            from private.sla_policies as policies
        ),
        'calendars', (
            select coalesce(jsonb_agg(private.calendar_json(calendars)), '[]')
            from private.calendars
        ),
        -- Notes are no replies, so nobody learns of them here.
        'events', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'type', events.type, 'at', events.occurred_at,
                        'is_by_requester', coalesce(events.actor_id = target.requester_id, true),
                        'after', private.only_keys(events.after, array[
                            'type', 'priority', 'queue_id', 'tags', 'category', 'visibility',
                            'by_staff'
                        ])
                    )
                    order by events.seq
                ),
                '[]'
            )
            from public.ticket_events as events
            where events.ticket_id = target.id
                and events.type in (
                    'TICKET_CREATED', 'TICKET_COMMENTED', 'TICKET_STATUS_CHANGED', 'TICKET_UPDATED'
                )
                and not events.is_internal
        )
    );
end;
$$;
comment on function api.get_ticket_sla_log is
'What the service levels of a ticket are computed from: its public events, all policies and calendars; for staff of its queue.';

alter table private.calendars enable row level security;
alter table private.sla_policies enable row level security;
grant execute on function
api.list_calendars, api.get_calendar, api.create_calendar, api.change_calendar, api.delete_calendar,
api.list_sla_policies, api.get_sla_policy, api.create_sla_policy, api.change_sla_policy,
api.delete_sla_policy, api.get_ticket_sla_log
to authenticated;
