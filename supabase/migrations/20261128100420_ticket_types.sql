-- The triage of each ticket type. Extension point: a type is a value of public.ticket_type, its
-- cases here, its rows in ticket_transitions, and the fields that name it.
--
-- It is here and not in a function of the API, because whoever calls the database directly is
-- held to the same: nobody says what triage has found.

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
