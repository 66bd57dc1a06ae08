-- Searching tickets and comments, at a bounded cost.
--
-- A search has two scopes: the queues whose notes the caller reads, by the words of staff; and
-- all else that they may see, by the words of everybody. In each the newest matches are found,
-- 200 at most, and these blocks are ranked: a page is a part of a block, and after the last one
-- comes the next block of older tickets. So the best of what is recent comes first, the cost does
-- not grow with what matches, and a cursor stays valid.
--
-- There are two ways to the newest matches. Whoever sees few tickets, and whoever looks for a word
-- that many have, is served by reading their tickets, newest first (private.walk_matches). A word
-- that few tickets have is looked up in its index (private.probe_matches). Left to the planner,
-- which cannot know how few tickets a caller sees, the choice is wrong by a factor of a hundred.
--
-- Who sees few tickets is always served by the first way, which reads nothing of anybody else: so
-- the time it takes tells nothing of tickets that are hidden.
--
-- Parameters of composed queries: $1 the query, $2 the number before which to look, $3 filters,
-- $4 rights, $5 the number down to which to look, $6 how many matches.

create type private.search_rights as (
    person uuid,
    note_queues uuid [],
    readable_queues uuid [],
    organizations uuid [],
    followed uuid []
);
comment on type private.search_rights is
'What decides which tickets somebody may see, and whose notes they read.';

create type private.search_query as (
    matching tsquery,
    ranked tsquery,
    highlighted tsquery
);
comment on type private.search_query is
'A search as it was understood: what a ticket must match, by what it is ranked, and any of the words, for highlights.';

create type private.search_scope as (
    words text,
    branches text [],
    condition text,
    query tsquery,
    candidates tsquery
);
comment on type private.search_scope is
'A part of what the caller may see: the column of its words, the ranges of indexes that read it newest first, the condition of a ticket in it, and what its words must match: the query, and a simpler one that finds more.';

-- What is looked for -----------------------------------------------------------

create function private.search_query(input text) returns private.search_query
language plpgsql stable security definer set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
    typed constant text := trim(input);
    last_word constant text := lower(extensions.unaccent(substring(typed from '\S+$')));
    before_last constant text := left(typed, -length(substring(typed from '\S+$')));
    understood private.search_query;
begin
    if length(typed) not between 1 and 200 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Search for 1 to 200 characters.';
    end if;
    understood.matching := websearch_to_tsquery(configuration, typed);
    -- The last word may still be being typed.
    if last_word ~ '^[[:alpha:]][[:alnum:]]{2,}$' and before_last !~* '"|\mor\s*$'
    and numnode(websearch_to_tsquery(configuration, last_word)) > 0 then
        understood.matching := websearch_to_tsquery(configuration, before_last) && (
            websearch_to_tsquery(configuration, last_word)
            || format('''%s'':*', last_word)::tsquery
        );
    end if;
    if numnode(understood.matching) > 0 and querytree(understood.matching) in ('', 'T') then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Search for a word, and not only for what must not be there.';
    end if;
    understood.highlighted := regexp_replace(
        nullif(querytree(understood.matching), ''), '&|<(?:-|[0-9]+)>', '|', 'g'
    )::tsquery;
    -- Ranked by what must not be there, everything would be last.
    understood.ranked := case
        when understood.matching::text ~ '!' then understood.highlighted
        else understood.matching
    end;
    -- Also in the words of who may not know addresses, which have none.
    if lower(typed) ~ '^(?=.{4,})([a-z0-9._%+-]+(@[a-z0-9.-]*)?|@[a-z0-9.-]+)$'
    and private.has_permission('people.read') then
        understood.matching := understood.matching
            || format('''=%s'':*', ltrim(lower(typed), '@'))::tsquery;
        understood.ranked := understood.matching;
    end if;
    return understood;
end;
$$;
comment on function private.search_query is
'Understands a search: words that must all be there, "several words" together, or between alternatives, - before what must not be there; the last word may be the beginning of one. PT422 for a search for nothing.';

create function private.similar_words(misspelled text) returns text[]
language sql stable security definer set search_path = ''
as $$
    select array(
        select similar_ones.word
        from (
            select distinct
                known.word,
                -- What is misspelled near its end has kept that, where known words have lost it.
                least(
                    extensions.levenshtein_less_equal(known.word, misspelled, 2),
                    case
                        when length(known.word) >= 5 then 1 + extensions.levenshtein_less_equal(
                            known.word, left(misspelled, length(known.word)), 1
                        )
                    end
                ) as distance,
                extensions.similarity(known.word, misspelled) as likeness
            from private.search_words as known
            where known.word operator(extensions.%) misspelled
        ) as similar_ones
        where similar_ones.distance <= case when length(misspelled) > 4 then 2 else 1 end
        order by similar_ones.distance, similar_ones.likeness desc, similar_ones.word
        limit 8
    );
$$;
comment on function private.similar_words is
'Words of tickets that differ from one in a letter or two; of tickets that nobody may see, too.';

create function private.corrected_query(input text) returns private.search_query
language plpgsql stable security definer set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
    understood private.search_query;
    each text;
begin
    if input ~* '["-]|\mor\M' then
        return null;
    end if;
    for each in
        select unnest(tsvector_to_array(to_tsvector(configuration, input)))
    loop
        understood.matching := coalesce(understood.matching, '') && (
            select string_agg(quote_literal(alternative.word), ' | ')::tsquery
            from unnest(
                array[each] || case
                    when each ~ '^[[:alpha:]]{4,24}$' then private.similar_words(each)
                end
            ) as alternative (word)
        );
    end loop;
    understood.ranked := understood.matching;
    understood.highlighted := replace(understood.matching::text, '&', '|')::tsquery;
    return understood;
end;
$$;
comment on function private.corrected_query is
'Understands a search whose words may be misspelled, each as itself or any similar word; null for one that is more than words.';

create function private.restrict_query(query tsquery, weights text) returns tsquery
language sql immutable set search_path = ''
as $$
    select case
        when weights = 'ABCD' then query
        else regexp_replace(
            query::text, '(''(?:[^'']|'''')*'')(?::(\*?)[ABCD]*)?', '\1:\2' || weights, 'g'
        )::tsquery
    end;
$$;
comment on function private.restrict_query is 'A query that looks at words of some weights alone.';

create function private.search_weights(part text, internal boolean) returns text
language sql stable security definer set search_path = ''
as $$
    select replace(
        case part when 'tickets' then 'AB' when 'comments' then 'CD' else 'ABCD' end,
        case
            when not internal and exists (
                select from private.search_rebuilds as rebuilds where rebuilds.hides_fields
            ) then 'B'
            else ''
        end,
        ''
    );
$$;
comment on function private.search_weights is
'Where to look: the ticket itself (tickets), its conversation (comments), or both (null); without fields for the public while these may hold what it may not see.';

-- Where it is looked for -------------------------------------------------------

create function private.search_rights() returns private.search_rights
language plpgsql stable security definer set search_path = ''
as $$
declare
    rights private.search_rights;
begin
    rights.person := private.require_caller();
    rights.note_queues := array(select private.note_queues());
    rights.readable_queues := array(select private.readable_queues());
    rights.organizations := array(select private.shared_organizations());
    rights.followed := array(select private.followed_tickets());
    return rights;
end;
$$;
comment on function private.search_rights is 'The rights of the caller.';

create function private.search_branches(
    rights private.search_rights,
    internal boolean,
    filters private.ticket_filters,
    queue uuid
) returns text[]
language sql stable set search_path = ''
as $$
    -- Staff who filter by a person or organization read the tickets of these alone. Of others it
    -- would read what they may not see, and take longer where there is more of it.
    select case
        when internal and (filters).requester is not null then array[
            format('public.tickets where requester_id = %L', (filters).requester::uuid)
        ]
        when internal and (filters).assignee <> 'none' then array[
            format('public.tickets where assignee_id = %L', (filters).assignee::uuid)
        ]
        when internal and (filters).organization is not null then array[
            format('public.tickets where organization_id = %L', (filters).organization)
        ]
        else array(
            select format('public.tickets where queue_id = %L', queues.id)
            from unnest((rights).readable_queues) as queues (id)
            where (queues.id = any ((rights).note_queues)) = internal
                and (queue is null or queues.id = queue)
        )
        || case
            when not internal then array(
                select format('public.tickets where organization_id = %L', organization)
                from unnest((rights).organizations) as organization
            )
            || array[
                format('public.tickets where requester_id = %L', (rights).person),
                format(
                    'public.ticket_followers where person_id = %L and grants_access',
                    (rights).person
                )
            ]
        end
    end;
$$;
comment on function private.search_branches is
'The ranges of indexes that together hold what the caller may see: with its notes (internal), or without.';

create function private.searched_queue(ref text, rights private.search_rights) returns uuid
language sql stable security definer set search_path = ''
as $$
    -- Of a queue that is not for customers they know the id alone.
    select queues.id from public.queues
    where queues.id = (select private.find_queue_id(ref))
        and (
            queues.open_to_customers
            or queues.id = any ((rights).readable_queues)
            or queues.id = private.as_uuid(ref)
        );
$$;
comment on function private.searched_queue is
'The id of the queue that a key or id refers to, if the caller may know it; else null.';

create function private.search_scope(
    rights private.search_rights,
    internal boolean,
    filters private.ticket_filters,
    queue uuid,
    query private.search_query,
    part text
) returns private.search_scope
language plpgsql stable security definer set search_path = ''
as $$
declare
    matching constant tsquery := private.restrict_query(
        query.matching, private.search_weights(part, internal)
    );
    scope private.search_scope;
begin
    -- Nobody finds out by a filter what only staff see.
    if not internal and exists (
        select from private.fields
        where fields.visible_to = 'staff' and (filters).fields ? fields.key
    ) then
        return null;
    end if;
    scope.words := case when internal then 'staff_words' else 'public_words' end;
    scope.branches := private.search_branches(rights, internal, filters, queue);
    scope.condition := concat_ws(
        ' and ',
        case
            when internal then 'queue_id = any (($4).note_queues)'
            else
                'queue_id <> all (($4).note_queues) and private.may_see_ticket('
                'id, queue_id, requester_id, organization_id, ($4).person,'
                ' ($4).readable_queues, ($4).organizations, ($4).followed)'
        end,
        'queue_id = ' || quote_literal(queue),
        case
            when internal then private.filter_sql(filters)
            else replace(private.filter_sql(filters), 'updated_at', 'public_updated_at')
        end
    );
    scope.query := matching;
    -- Words one after the other are looked up as words that are all there.
    scope.candidates := case
        when matching::text ~ '!' then matching
        else regexp_replace(matching::text, '<(?:-|[0-9]+)>', '&', 'g')::tsquery
    end;
    return scope;
end;
$$;
comment on function private.search_scope is
'One of the two parts of what the caller may see, with notes (internal) or without, as filters and a queue narrow it; null when they leave nothing.';

create function private.branches_sql(scope private.search_scope) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(
        format(
            '(select number from %s and number < $2 and number >= $5'
            ' order by number desc)',
            branch
        ),
        ' union all '
    )
    from unnest((scope).branches) as branch;
$$;
comment on function private.branches_sql is 'The numbers of a scope, as text: read newest first from several indexes at once.';

-- Finding ----------------------------------------------------------------------

-- The settings force the plan, so that it does not depend on statistics.
create function private.search_floor(
    scope private.search_scope, before bigint, max_read integer
) returns bigint
language plpgsql stable security definer set search_path = ''
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
    floor bigint;
begin
    execute format(
        'select number from (%s) as tickets order by number desc offset $6 limit 1',
        private.branches_sql(scope)
    ) into floor using null, before, null, null, 0, max_read;
    return floor;
end;
$$;
comment on function private.search_floor is
'The number down to which so many tickets of a scope can be read; null when there are not so many.';

create function private.walk_matches(
    scope private.search_scope,
    before bigint,
    down_to bigint,
    filters private.ticket_filters,
    rights private.search_rights,
    max_matches integer
) returns bigint[]
language plpgsql stable security definer set search_path = ''
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off
set enable_hashjoin = off set enable_mergejoin = off set enable_hashagg = off set jit = off
as $$
declare
    numbers bigint[];
begin
    -- `offset 0` keeps it a look at one ticket; by the number of its words it comes after these.
    execute format(
        'select array_agg(number) from (
            select distinct listed.number
            from (%s) as listed
            inner join private.ticket_search as search on search.number = listed.number
            where search.%I @@ $1 and exists (
                select from public.tickets where tickets.number = search.number and %s offset 0
            )
            order by listed.number desc limit $6
        ) as matches',
        private.branches_sql(scope), scope.words, scope.condition
    ) into numbers using scope.query, before, filters, rights, down_to, max_matches;
    return coalesce(numbers, '{}');
end;
$$;
comment on function private.walk_matches is
'The newest matches in a scope between two numbers, found by reading its tickets.';

create function private.probe_candidates(scope private.search_scope, max_candidates integer)
returns bigint[]
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_indexscan = off set jit = off
as $$
declare
    numbers bigint[];
begin
    execute format(
        'select array_agg(number) from (
            select search.number from private.ticket_search as search
            where search.%I @@ $1 limit $2
        ) as found',
        scope.words
    ) into numbers using scope.candidates, max_candidates;
    return coalesce(numbers, '{}');
end;
$$;
comment on function private.probe_candidates is
'Any tickets that match, whoever may see them, by the index of words.';

create function private.probe_matches(
    scope private.search_scope,
    candidates bigint[],
    before bigint,
    filters private.ticket_filters,
    rights private.search_rights,
    max_matches integer
) returns bigint[]
language plpgsql stable security definer set search_path = ''
set enable_bitmapscan = off set enable_seqscan = off set jit = off
as $$
declare
    numbers bigint[];
begin
    execute format(
        'select array_agg(number) from (
            select candidate as number from unnest($5) as candidate
            where candidate < $2
                and exists (
                    select from public.tickets where tickets.number = candidate and %s offset 0
                )
                and (%s or exists (
                    select from private.ticket_search as search
                    where search.number = candidate and search.%I @@ $1 offset 0
                ))
            order by candidate desc limit $6
        ) as matches',
        scope.condition, (scope.query::text = scope.candidates::text)::text, scope.words
    ) into numbers using scope.query, before, filters, rights, candidates, max_matches;
    return coalesce(numbers, '{}');
end;
$$;
comment on function private.probe_matches is
'The newest matches among candidates that are in a scope.';

-- Volatile, because a stable function may not explain.
create function private.estimate_matches(scope private.search_scope) returns double precision
language plpgsql volatile security definer set search_path = ''
as $$
declare
    plan json;
begin
    execute format(
        'explain (format json) select from private.ticket_search where %I @@ %L::tsquery',
        scope.words, scope.candidates
    ) into plan;
    return (plan -> 0 -> 'Plan' ->> 'Plan Rows')::double precision / greatest(1, (
        select reltuples from pg_catalog.pg_class
        where oid = 'private.ticket_search'::regclass
    ));
end;
$$;
comment on function private.estimate_matches is
'Which part of all tickets matches, as the planner estimates it from how frequent words are.';

create function private.find_matches(
    scope private.search_scope,
    before bigint,
    filters private.ticket_filters,
    rights private.search_rights,
    page_size integer,
    out numbers bigint[],
    out down_to bigint
)
language plpgsql stable security definer set search_path = ''
as $$
declare
    max_matches constant integer := 200;
    max_read constant integer := 10000;
    max_candidates constant integer := 6000;
    floor bigint;
    candidates bigint[];
begin
    numbers := '{}';
    down_to := 0;
    if coalesce(cardinality(scope.branches), 0) = 0
    or coalesce(numnode(scope.query), 0) = 0 then
        return;
    end if;
    floor := private.search_floor(scope, before, max_read);
    -- A word that is not among the most frequent ones is estimated at half a percent.
    if floor is not null
    and private.estimate_matches(scope) * max_read < 2 * page_size then
        candidates := private.probe_candidates(scope, max_candidates + 1);
    end if;
    if cardinality(candidates) <= max_candidates then
        numbers := private.probe_matches(
            scope, candidates, before, filters, rights, max_matches
        );
    else
        numbers := private.walk_matches(
            scope, before, coalesce(floor, 0), filters, rights, max_matches
        );
        down_to := coalesce(floor, 0);
        -- Fewer than estimated: perhaps they are all to be had.
        if floor is not null and candidates is null and cardinality(numbers) < page_size then
            candidates := private.probe_candidates(scope, max_candidates + 1);
            if cardinality(candidates) <= max_candidates then
                numbers := private.probe_matches(
                    scope, candidates, before, filters, rights, max_matches
                );
                down_to := 0;
            end if;
        end if;
    end if;
    if cardinality(numbers) = max_matches then
        down_to := numbers[max_matches];
    end if;
end;
$$;
comment on function private.find_matches is
'The newest matches of a scope before a number, 200 at most, and the number down to which these are all; 0 when there are no more.';

create function private.search_block(
    query private.search_query,
    part text,
    queue uuid,
    filters private.ticket_filters,
    rights private.search_rights,
    before bigint,
    page_size integer,
    out numbers bigint[],
    out down_to bigint
)
language plpgsql stable security definer set search_path = ''
as $$
declare
    internal record;
    other record;
begin
    select * into internal from private.find_matches(
        private.search_scope(rights, true, filters, queue, query, part),
        before, filters, rights, page_size
    );
    select * into other from private.find_matches(
        private.search_scope(rights, false, filters, queue, query, part),
        before, filters, rights, page_size
    );
    down_to := greatest(internal.down_to, other.down_to);
    numbers := array(
        select number from unnest(internal.numbers || other.numbers) as number
        where number >= down_to order by number desc
    );
end;
$$;
comment on function private.search_block is
'The newest matches before a number in all that the caller may see, and the number down to which these are all; 0 when there are no more.';

create function private.rank_block(
    numbers bigint[],
    query private.search_query,
    part text,
    rights private.search_rights,
    exact_number bigint
) returns table (ticket_id uuid, number bigint, internal boolean, rank real)
language sql stable security definer rows 200 set search_path = ''
as $$
    select
        tickets.id,
        tickets.number,
        audience.internal,
        -- Who looks for a number looks for that ticket first.
        case
            when tickets.number = exact_number then 2
            else ts_rank(
                case when audience.internal then search.staff_words else search.public_words end,
                private.restrict_query(
                    (query).ranked, private.search_weights(part, audience.internal)
                )
            )
        end::real
    from private.ticket_search as search
    inner join public.tickets on tickets.number = search.number
    cross join lateral (
        select tickets.queue_id = any ((rights).note_queues) as internal
    ) as audience
    where search.number = any (numbers)
        and private.may_see_ticket(
            tickets.id, tickets.queue_id, tickets.requester_id, tickets.organization_id,
            (rights).person, (rights).readable_queues, (rights).organizations, (rights).followed
        );
$$;
comment on function private.rank_block is
'Tickets that the caller may see, with how well each matches, 0 to 1; 2 for the one whose number was asked for.';

-- What was found ---------------------------------------------------------------

create function private.highlight(
    configuration regconfig, content text, query tsquery, whole boolean
) returns jsonb
language sql stable set search_path = ''
as $$
    -- Marked by control characters, which texts do not have, and split at them.
    select
        case
            when count(*) > 1 then jsonb_agg(
                jsonb_build_object('text', piece.content, 'match', piece.place % 2 = 0)
                order by piece.place
            ) filter (where piece.content <> '')
        end
    from unnest(string_to_array(
        replace(
            ts_headline(
                configuration, translate(content, E'\x02\x03', ''), query,
                E'StartSel="\x02", StopSel="\x03", ' || case
                    when whole then 'HighlightAll=true'
                    else 'MaxFragments=1, MinWords=10, MaxWords=30'
                end
            ),
            E'\x03', E'\x02'
        ),
        E'\x02'
    )) with ordinality as piece (content, place);
$$;
comment on function private.highlight is
'A text, or the part of it that matches best, in pieces that match or do not: plain text to be shown as such, since neither offsets nor marks in it mean the same to every client. Null when nothing matches.';

create function private.header_highlights(
    tickets uuid[], rights private.search_rights, query tsquery
) returns table (ticket_id uuid, highlights jsonb)
language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
begin
    return query
    select
        texts.id,
        jsonb_agg(jsonb_build_object(
            'place', texts.place, 'field', texts.field,
            'pieces', private.highlight(configuration, texts.content, query, true)
        ) order by texts.field nulls first)
    from (
        select chosen.id, 'subject' as place, null as field, chosen.subject as content
        from public.tickets as chosen where chosen.id = any (header_highlights.tickets)
        union all
        select chosen.id, 'field', field.key, field.value
        from public.tickets as chosen
        cross join lateral private.shown_ticket(
            chosen, chosen.queue_id = any ((rights).note_queues)
        ) as shown
        cross join lateral jsonb_each_text(shown.data) as field
        where chosen.id = any (header_highlights.tickets) and length(field.value) <= 4000
    ) as texts
    where to_tsvector(configuration, texts.content) @@ query
    group by texts.id;
end;
$$;
comment on function private.header_highlights is
'Where subjects and fields of tickets have words that were looked for, as the caller sees them.';

create function private.comment_highlight(
    comment public.comments, internal boolean, pieces jsonb
) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'place', 'comment',
        'comment_id', comment.id,
        'visibility', comment.visibility,
        'position', case when internal then comment.position else comment.public_position end,
        'pieces', pieces
    );
$$;
comment on function private.comment_highlight is
'Where a comment has words that were looked for, with its position as its audience knows it.';

-- Of a long conversation the newest part alone, so that it costs no more than others.
create function private.newest_comments(ticket uuid, internal boolean, max_bytes integer)
returns setof public.comments
language sql stable security definer rows 5 set search_path = ''
as $$
    select comments.*
    from (
        select
            listed.id,
            octet_length(listed.body) as bytes,
            sum(octet_length(listed.body)) over (order by listed.position desc) as up_to
        from public.comments as listed
        where listed.ticket_id = newest_comments.ticket
            and (internal or listed.visibility = 'public')
    ) as newest
    inner join public.comments on comments.id = newest.id
    where newest.up_to <= max_bytes or newest.up_to = newest.bytes;
$$;
comment on function private.newest_comments is
'The newest comments of a ticket that an audience reads, so many bytes of them but at least one.';

create function private.conversation_highlights(
    tickets uuid[], rights private.search_rights, query tsquery
) returns table (ticket_id uuid, highlights jsonb, matches jsonb)
language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
begin
    return query
    select
        matching.ticket_id,
        jsonb_agg(
            private.comment_highlight(matching.comment, matching.internal, matching.pieces)
            order by matching.place
        ) filter (where matching.place <= 3),
        jsonb_build_object(
            'replies', count(*) filter (where (matching.comment).visibility = 'public'),
            'notes', case
                when matching.internal
                    then count(*) filter (where (matching.comment).visibility = 'internal')
            end
        )
    from (
        select
            chosen.id as ticket_id,
            audience.internal,
            newest as comment,
            highlighted.pieces,
            row_number() over (partition by chosen.id order by newest.position desc) as place
        from public.tickets as chosen
        cross join lateral (
            select chosen.queue_id = any ((rights).note_queues) as internal
        ) as audience
        cross join lateral private.newest_comments(
            chosen.id, audience.internal, 20000
        ) as newest
        cross join lateral private.highlight(
            configuration, left(newest.body, 20000), query, false
        ) as highlighted (pieces)
        where chosen.id = any (conversation_highlights.tickets)
            and highlighted.pieces is not null
    ) as matching
    group by matching.ticket_id, matching.internal;
end;
$$;
comment on function private.conversation_highlights is
'Where the newest comments of tickets have words that were looked for, up to three of a ticket, and how many replies and notes have them; notes for those who read them.';

create function private.found_tickets(
    ids uuid[], ranks real[], rights private.search_rights, query tsquery, part text
) returns setof json
language sql stable security definer rows 50 set search_path = ''
as $$
    select (
        shown.ticket::jsonb || jsonb_build_object(
            'rank', ranks[shown.place],
            'highlights',
            coalesce(header.highlights, '[]') || coalesce(conversation.highlights, '[]'),
            'matches', coalesce(conversation.matches, jsonb_build_object(
                'replies', 0,
                'notes', case
                    when (shown.ticket ->> 'queue_id')::uuid = any ((rights).note_queues) then 0
                end
            ))
        )
    )::json
    from private.tickets_json(ids) with ordinality as shown (ticket, place)
    left join private.header_highlights(
        case when part is distinct from 'comments' then ids end, rights, query
    ) as header on header.ticket_id = ids[shown.place]
    left join private.conversation_highlights(
        case when part is distinct from 'tickets' then ids end, rights, query
    ) as conversation on conversation.ticket_id = ids[shown.place]
    order by shown.place;
$$;
comment on function private.found_tickets is
'Tickets that were found, as lists show them, with how well each matches and where.';

create function private.found_comments(
    ticket public.tickets,
    internal boolean,
    query private.search_query,
    before_position integer,
    max_items integer
) returns table (place integer, item jsonb)
language plpgsql stable security definer rows 5 set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
begin
    return query
    select
        shown.place,
        private.comment_json(newest, internal) || jsonb_build_object(
            'ticket', jsonb_build_object('number', ticket.number, 'subject', ticket.subject),
            'highlights', jsonb_build_array(
                private.comment_highlight(newest, internal, private.highlight(
                    configuration, left(newest.body, 20000), query.highlighted, false
                ))
            )
        )
    from private.newest_comments(ticket.id, internal, 65536) as newest
    cross join lateral (
        select case when internal then newest.position else newest.public_position end as place
    ) as shown
    where shown.place < before_position
        and to_tsvector(configuration, newest.body) @@ query.matching
    order by shown.place desc
    limit max_items;
end;
$$;
comment on function private.found_comments is
'The comments of a ticket that match by themselves, newest first, in the newest 64 KiB of its conversation.';

create function private.search_page(
    query private.search_query,
    part text,
    rights private.search_rights,
    numbers bigint[],
    exact_number bigint,
    after jsonb,
    page_size integer,
    out items json[],
    out sort_keys jsonb[]
)
language plpgsql stable security definer set search_path = ''
as $$
declare
    last_rank constant real := after ->> 0;
    last_number constant bigint := after ->> 1;
    last_position constant integer := coalesce((after ->> 2)::integer, 0);
    ids uuid[];
    ranks real[];
begin
    if part = 'comments' then
        select array_agg(page.item), array_agg(page.sort_key) into items, sort_keys
        from (
            select
                found.item || jsonb_build_object('rank', ranked.rank) as item,
                jsonb_build_array(ranked.rank, ranked.number, found.place) as sort_key
            from (
                select * from private.rank_block(numbers, query, part, rights, null) as block
                where last_rank is null
                    or (block.rank, block.number) <= (last_rank, last_number)
                order by block.rank desc, block.number desc
            ) as ranked
            inner join public.tickets on tickets.id = ranked.ticket_id
            cross join lateral private.found_comments(
                tickets, ranked.internal, query,
                case when ranked.number = last_number then last_position else 2147483647 end,
                page_size + 1
            ) as found
            limit page_size + 1
        ) as page;
    else
        select
            array_agg(page.ticket_id),
            array_agg(page.rank),
            array_agg(jsonb_build_array(page.rank, page.number))
        into ids, ranks, sort_keys
        from (
            select * from private.rank_block(numbers, query, part, rights, exact_number) as block
            where last_rank is null or (block.rank, block.number) < (last_rank, last_number)
            order by block.rank desc, block.number desc
            limit page_size + 1
        ) as page;
        items := array(
            select private.found_tickets(ids, ranks, rights, query.highlighted, part)
        );
    end if;
end;
$$;
comment on function private.search_page is
'A page of a block, best first, after a sort key in it: one item more than it holds, with sort keys.';

create function api.search(
    q text,
    part text default null,
    queue text default null,
    filters jsonb default null,
    after jsonb default null,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    rights constant private.search_rights := private.search_rights();
    parsed constant private.ticket_filters := private.parse_filters(filters);
    size constant integer := least(private.page_limit(page_size), 100);
    found_queue constant uuid := private.searched_queue(queue, rights);
    typed private.search_query := private.search_query(q);
    corrected boolean := coalesce((after ->> 1)::boolean, false);
    before bigint := coalesce((after ->> 0)::bigint, 9223372036854775807);
    exact_number constant bigint := case
        when part is distinct from 'comments' then substring(q from '^\s*#?([0-9]{1,18})\s*$')
    end;
    block record;
    page record;
    shown record;
begin
    perform private.require_statuses(parsed.statuses);
    if part not in ('tickets', 'comments') then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Search in tickets, in comments, or in both.';
    elsif queue is not null and found_queue is null then
        return json_build_object('items', '[]'::json, 'next', null, 'corrected', false);
    end if;
    if corrected then
        typed := private.corrected_query(q);
    end if;
    block := private.search_block(typed, part, found_queue, parsed, rights, before, size);
    if after is null and block.numbers = '{}' and block.down_to = 0 then
        typed := private.corrected_query(q);
        block := private.search_block(typed, part, found_queue, parsed, rights, before, size);
        corrected := block.numbers <> '{}';
    end if;
    -- The same block again for its next page, whatever is opened meanwhile.
    before := least(before, coalesce(block.numbers[1] + 1, before));
    page := private.search_page(
        typed, part, rights, block.numbers, exact_number,
        -- What follows the block and whether it was corrected.
        case when after ->> 2 is not null then after - 1 - 0 end, size
    );
    select * into shown from private.page_of(page.items, page.sort_keys, size);
    return json_build_object(
        'items', shown.items,
        'next', case
            when shown.next is not null
                then jsonb_build_array(before, corrected) || shown.next
            when block.down_to > 0 then jsonb_build_array(block.down_to, corrected)
        end,
        'corrected', corrected
    );
end;
$$;
comment on function api.search is
'A page of tickets that the caller may see and that match, or of comments (part comments), the best of the newest first; part tickets looks at tickets without their conversations. A page may be short or empty and not be the last one: continue until next is null. Corrected says that nothing has the words as they were written, and the items have similar ones.';

grant execute on function api.search to authenticated;
