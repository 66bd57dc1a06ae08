-- What differs by ticket type: the custom fields that it needs, and its triage. Extension point:
-- a type is a value of public.ticket_type, its cases here, and its rows in ticket_transitions.
--
-- Both are here and not in a function of the API, because whoever calls the database directly is
-- held to the same: nobody leaves needed fields out, or says what triage has found.

create function private.missing_fields(type public.ticket_type, data jsonb) returns text[]
language sql immutable set search_path = ''
as $$
    select array_remove(array[
        case
            when type in ('incident', 'problem')
                and coalesce(data ->> 'impact', '') not in ('everyone', 'team', 'one_person')
                then 'data.impact: everyone, team or one_person'
        end,
        case
            when type = 'problem' and jsonb_typeof(data -> 'affected') is distinct from 'string'
                then 'data.affected: a text'
        end,
        case
            when type = 'task' and not coalesce(
                data ->> 'due_on' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
                and pg_input_is_valid(data ->> 'due_on', 'date'),
                false
            ) then 'data.due_on: a date, such as 2026-12-31'
        end
    ], null);
$$;
comment on function private.missing_fields is
'The custom fields that a type needs and that are missing or unusable, each with what it takes.';

create function private.require_needed_fields(type public.ticket_type, data jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
declare
    missing constant text[] := private.missing_fields(type, data);
begin
    if cardinality(missing) > 0 then
        raise sqlstate 'PT422' using
            message = 'missing-data',
            detail = format(
                'A ticket of type %s needs more. %s.', type, array_to_string(missing, '; ')
            );
    end if;
end;
$$;
comment on function private.require_needed_fields is
'PT422 unless the custom fields are there that a type needs.';

create function private.triaged_priority(
    type public.ticket_type, data jsonb, texts text[]
) returns public.ticket_priority
language plpgsql immutable set search_path = ''
as $$
declare
    -- Words found whole and in any case: a first guess that agents correct, for desks that write
    -- English.
    alarming constant text := '\y(outage|down|data loss|lost data|breach|hacked|security'
        '|leak(ed|ing)?|emergency|cannot work|can''t work)\y';
    urgent constant text := '\y(urgent(ly)?|asap|today|immediately|right away)\y';
    words constant text := array_to_string(texts, e'\n');
begin
    return case
        when type = 'question' and words ~* alarming then 'high'
        when type = 'incident' and words ~* alarming then 'urgent'
        when type = 'incident' then
            case data ->> 'impact' when 'everyone' then 'urgent' when 'team' then 'high' end
        when type = 'problem' then
            case data ->> 'impact' when 'everyone' then 'high' when 'one_person' then 'low' end
        when type = 'task' and words ~* urgent then 'high'
    end;
end;
$$;
comment on function private.triaged_priority is
'The priority that triage gives a ticket, by its type, its custom fields and its words; null for the usual one.';
