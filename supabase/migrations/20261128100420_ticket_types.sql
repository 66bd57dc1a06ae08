-- The triage of each ticket type. Extension point: a type is a value of public.ticket_type, its
-- cases here, its rows in ticket_transitions, and the fields that name it.
--
-- It is here and not in a function of the API, because whoever calls the database directly is
-- held to the same: nobody says what triage has found.

create function private.triaged_priority(
    type public.ticket_type, data jsonb, texts text[]
) returns public.ticket_priority
language sql immutable set search_path = ''
as $$
    -- Words found whole and in any case: a first guess that agents correct, for desks that write
    -- English.
    with words as (
        select
            coalesce(bool_or(
                text ~* '\y(outage|down|data loss|lost data|breach|hacked|security'
                '|leak(ed|ing)?|emergency|cannot work|can''t work)\y'
            ), false) as are_alarming,
            coalesce(bool_or(
                text ~* '\y(urgent(ly)?|asap|today|immediately|right away)\y'
            ), false) as are_urgent
        from unnest(texts) as text
    )

    select
        (case
            when type = 'question' and are_alarming then 'high'
            when type = 'incident' and are_alarming then 'urgent'
            when type = 'incident' then
                case data ->> 'impact' when 'everyone' then 'urgent' when 'team' then 'high' end
            when type = 'problem' then
                case data ->> 'impact' when 'everyone' then 'high' when 'one_person' then 'low' end
            when type = 'task' and are_urgent then 'high'
        end)::public.ticket_priority
    from words;
$$;
comment on function private.triaged_priority is
'The priority that triage gives a ticket, by its type, its custom fields and its words; null for the usual one.';
