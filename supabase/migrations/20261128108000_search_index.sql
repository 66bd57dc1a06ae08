-- What search looks through: for each ticket the words of each of its two audiences, as lexemes.
-- Triggers write them in the transaction of the change, so that a reply is found and a redacted
-- word is gone as soon as it is committed. A job writes them anew when what they were made of has
-- changed for many tickets: the language, a field, the name of a requester or organization.
--
-- Weights: A what identifies a ticket (number, subject, names, tags), B fields, C replies,
-- D notes. Notes are in the words of staff alone, never hidden by weight: a search for tickets
-- without a word would tell of the notes that have it.

-- Words that are spelled in ASCII have no accents; the others lose them before they are stemmed.
create text search configuration private.search_ar (copy = pg_catalog.arabic);
alter text search configuration private.search_ar
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.arabic_stem;
comment on text search configuration private.search_ar is 'Search in Arabic, without accents.';
create text search configuration private.search_ca (copy = pg_catalog.catalan);
alter text search configuration private.search_ca
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.catalan_stem;
comment on text search configuration private.search_ca is 'Search in Catalan, without accents.';
create text search configuration private.search_da (copy = pg_catalog.danish);
alter text search configuration private.search_da
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.danish_stem;
comment on text search configuration private.search_da is 'Search in Danish, without accents.';
create text search configuration private.search_de (copy = pg_catalog.german);
alter text search configuration private.search_de
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.german_stem;
comment on text search configuration private.search_de is 'Search in German, without accents.';
create text search configuration private.search_el (copy = pg_catalog.greek);
alter text search configuration private.search_el
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.greek_stem;
comment on text search configuration private.search_el is 'Search in Greek, without accents.';
create text search configuration private.search_en (copy = pg_catalog.english);
alter text search configuration private.search_en
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.english_stem;
comment on text search configuration private.search_en is 'Search in English, without accents.';
create text search configuration private.search_es (copy = pg_catalog.spanish);
alter text search configuration private.search_es
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.spanish_stem;
comment on text search configuration private.search_es is 'Search in Spanish, without accents.';
create text search configuration private.search_eu (copy = pg_catalog.basque);
alter text search configuration private.search_eu
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.basque_stem;
comment on text search configuration private.search_eu is 'Search in Basque, without accents.';
create text search configuration private.search_fi (copy = pg_catalog.finnish);
alter text search configuration private.search_fi
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.finnish_stem;
comment on text search configuration private.search_fi is 'Search in Finnish, without accents.';
create text search configuration private.search_fr (copy = pg_catalog.french);
alter text search configuration private.search_fr
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.french_stem;
comment on text search configuration private.search_fr is 'Search in French, without accents.';
create text search configuration private.search_ga (copy = pg_catalog.irish);
alter text search configuration private.search_ga
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.irish_stem;
comment on text search configuration private.search_ga is 'Search in Irish, without accents.';
create text search configuration private.search_hi (copy = pg_catalog.hindi);
alter text search configuration private.search_hi
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.hindi_stem;
comment on text search configuration private.search_hi is 'Search in Hindi, without accents.';
create text search configuration private.search_hu (copy = pg_catalog.hungarian);
alter text search configuration private.search_hu
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.hungarian_stem;
comment on text search configuration private.search_hu is 'Search in Hungarian, without accents.';
create text search configuration private.search_hy (copy = pg_catalog.armenian);
alter text search configuration private.search_hy
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.armenian_stem;
comment on text search configuration private.search_hy is 'Search in Armenian, without accents.';
create text search configuration private.search_id (copy = pg_catalog.indonesian);
alter text search configuration private.search_id
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.indonesian_stem;
comment on text search configuration private.search_id is 'Search in Indonesian, without accents.';
create text search configuration private.search_it (copy = pg_catalog.italian);
alter text search configuration private.search_it
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.italian_stem;
comment on text search configuration private.search_it is 'Search in Italian, without accents.';
create text search configuration private.search_lt (copy = pg_catalog.lithuanian);
alter text search configuration private.search_lt
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.lithuanian_stem;
comment on text search configuration private.search_lt is 'Search in Lithuanian, without accents.';
create text search configuration private.search_ne (copy = pg_catalog.nepali);
alter text search configuration private.search_ne
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.nepali_stem;
comment on text search configuration private.search_ne is 'Search in Nepali, without accents.';
create text search configuration private.search_nl (copy = pg_catalog.dutch);
alter text search configuration private.search_nl
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.dutch_stem;
comment on text search configuration private.search_nl is 'Search in Dutch, without accents.';
create text search configuration private.search_no (copy = pg_catalog.norwegian);
alter text search configuration private.search_no
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.norwegian_stem;
comment on text search configuration private.search_no is 'Search in Norwegian, without accents.';
create text search configuration private.search_pt (copy = pg_catalog.portuguese);
alter text search configuration private.search_pt
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.portuguese_stem;
comment on text search configuration private.search_pt is 'Search in Portuguese, without accents.';
create text search configuration private.search_ro (copy = pg_catalog.romanian);
alter text search configuration private.search_ro
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.romanian_stem;
comment on text search configuration private.search_ro is 'Search in Romanian, without accents.';
create text search configuration private.search_ru (copy = pg_catalog.russian);
alter text search configuration private.search_ru
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.russian_stem;
comment on text search configuration private.search_ru is 'Search in Russian, without accents.';
create text search configuration private.search_sr (copy = pg_catalog.serbian);
alter text search configuration private.search_sr
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.serbian_stem;
comment on text search configuration private.search_sr is 'Search in Serbian, without accents.';
create text search configuration private.search_sv (copy = pg_catalog.swedish);
alter text search configuration private.search_sv
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.swedish_stem;
comment on text search configuration private.search_sv is 'Search in Swedish, without accents.';
create text search configuration private.search_ta (copy = pg_catalog.tamil);
alter text search configuration private.search_ta
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.tamil_stem;
comment on text search configuration private.search_ta is 'Search in Tamil, without accents.';
create text search configuration private.search_tr (copy = pg_catalog.turkish);
alter text search configuration private.search_tr
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.turkish_stem;
comment on text search configuration private.search_tr is 'Search in Turkish, without accents.';
create text search configuration private.search_und (copy = pg_catalog.simple);
alter text search configuration private.search_und
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.simple;
comment on text search configuration private.search_und is 'Search without stemming, without accents.';
create text search configuration private.search_yi (copy = pg_catalog.yiddish);
alter text search configuration private.search_yi
alter mapping for word, hword, hword_part with extensions.unaccent, pg_catalog.yiddish_stem;
comment on text search configuration private.search_yi is 'Search in Yiddish, without accents.';

create function private.search_configuration() returns regconfig
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select ('private.search_' || settings.search_language)::regconfig from private.settings);
end;
$$;
comment on function private.search_configuration is 'The configuration of the language of search.';

create table private.ticket_search (
    number bigint primary key references public.tickets (number) on delete cascade,
    public_words tsvector not null,
    staff_words tsvector not null,
    bytes integer not null
) with (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.05,
    -- Read in place, words are compared three times as fast as out of TOAST.
    toast_tuple_target = 8160
);
comment on table private.ticket_search is 'What search looks through, a row for each ticket.';
comment on column private.ticket_search.number is 'The number of the ticket; results are read newest first.';
comment on column private.ticket_search.public_words is 'The words of what everybody sees who sees the ticket.';
comment on column private.ticket_search.staff_words is
'The words of what those see who read its notes.';
comment on column private.ticket_search.bytes is 'The bytes of the comments in it, at most 262,144.';
-- From these the planner estimates how many tickets have a word; see private.estimate_matches.
alter table private.ticket_search alter public_words set statistics 300;
alter table private.ticket_search alter staff_words set statistics 300;
create index ticket_search_public on private.ticket_search
using gin (public_words) with (fastupdate = on, gin_pending_list_limit = 512);
comment on index private.ticket_search_public is 'Tickets by a rare word that everybody sees.';
create index ticket_search_staff on private.ticket_search
using gin (staff_words) with (fastupdate = on, gin_pending_list_limit = 512);
comment on index private.ticket_search_staff is 'Tickets by a rare word that staff see.';

-- Without a unique constraint, so that nobody who writes waits for somebody who has just used
-- the same new word.
create table private.search_words (
    word text collate "C" not null
);
comment on table private.search_words is
'The words that texts of tickets have, as lexemes: letters alone, now and then twice. What is similar to a misspelled word is looked up here, and shown only by tickets that have it.';
comment on column private.search_words.word is 'The word.';
create index search_words_word on private.search_words (word);
create index search_words_similar on private.search_words
using gin (word extensions.gin_trgm_ops);
comment on index private.search_words_similar is 'Words by what they are similar to.';

create function private.learnable_words(words tsvector) returns setof text
language sql immutable rows 50 set search_path = ''
as $$
    select learned.word from unnest(tsvector_to_array(words)) as learned (word)
    where learned.word ~ '^[[:alpha:]]{4,24}$';
$$;
comment on function private.learnable_words is
'Those words that are looked up when they are misspelled: letters alone, no numbers, addresses or keys.';

create function private.learn_words(words tsvector) returns void
language sql security definer set search_path = ''
as $$
    insert into private.search_words (word)
    select learned.word from private.learnable_words(words) as learned (word)
    where not exists (
        select from private.search_words as known where known.word = learned.word offset 0
    );
$$;
comment on function private.learn_words is 'Remembers words that no text had before.';

create function private.forget_words(words tsvector) returns void
language sql security definer set search_path = ''
as $$
    delete from private.search_words
    where word in (select forgotten from private.learnable_words(words) as forgotten);
$$;
comment on function private.forget_words is
'Forgets redacted words; where others still use one, it is learned again with the next text.';

-- The words of a ticket --------------------------------------------------------

create function private.email_words(email text) returns tsvector
language sql immutable set search_path = ''
as $$
    -- What nobody types as a word begins with =, so that these are found by who may know
    -- addresses alone.
    select case
        when email ~ '^[a-z0-9._%+-]+@[a-z0-9.-]+$' then format(
            '''=%s'':1A ''=%s'':2A', email, split_part(email, '@', 2)
        )::tsvector
        else ''
    end;
$$;
comment on function private.email_words is
'An address as words for those who may know it, whole and by its domain; see private.search_query.';

create function private.header_words(
    ticket public.tickets, internal boolean, configuration regconfig
) returns tsvector
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select
            setweight(to_tsvector(configuration, concat_ws(
                E'\n', shown.subject, shown.number, requesters.name, organizations.name,
                array_to_string(shown.tags, ' ')
            )), 'A')
            || setweight(jsonb_to_tsvector(
                configuration,
                shown.data - array(
                    select fields.key from private.fields where fields.type = 'person'
                ),
                '["string", "numeric"]'
            ), 'B')
            || case when internal then private.email_words(requesters.email) else '' end
        from private.shown_ticket(ticket, internal) as shown
        inner join public.people as requesters on requesters.id = shown.requester_id
        left join public.organizations on organizations.id = shown.organization_id
    );
end;
$$;
comment on function private.header_words is
'The words of a ticket without its comments, for those who read its notes (internal) or for all others who see it.';

create function private.index_ticket(ticket public.tickets) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
    public_header constant tsvector := private.header_words(ticket, false, configuration);
    staff_header constant tsvector := private.header_words(ticket, true, configuration);
    replies tsvector;
    notes tsvector;
    indexed_bytes integer;
begin
    -- A vector holds a megabyte at most. Of a longer conversation the newest half of what may
    -- be in it, so that it has room for the next replies; the newest comment in any case.
    select
        setweight(to_tsvector(configuration, coalesce(string_agg(
            newest.body, E'\n' order by newest.position
        ) filter (where newest.visibility = 'public'), '')), 'C'),
        setweight(to_tsvector(configuration, coalesce(string_agg(
            newest.body, E'\n' order by newest.position
        ) filter (where newest.visibility = 'internal'), '')), 'D'),
        coalesce(sum(octet_length(newest.body)), 0)
    into replies, notes, indexed_bytes
    from (
        select
            comments.*,
            sum(octet_length(comments.body)) over (order by comments.position desc) as up_to,
            sum(octet_length(comments.body)) over () as in_all
        from public.comments where comments.ticket_id = ticket.id
    ) as newest
    where newest.in_all <= 262144
        or newest.up_to <= 131072
        or newest.up_to = octet_length(newest.body);
    insert into private.ticket_search as search (number, public_words, staff_words, bytes)
    values (
        ticket.number,
        public_header || replies,
        staff_header || replies || notes,
        indexed_bytes
    )
    on conflict on constraint ticket_search_pkey do update
    set
        public_words = excluded.public_words,
        staff_words = excluded.staff_words,
        bytes = excluded.bytes
    where (search.public_words, search.staff_words)
        is distinct from (excluded.public_words, excluded.staff_words);
    perform private.learn_words(staff_header || replies || notes);
end;
$$;
comment on function private.index_ticket is 'Writes the words of a ticket anew, from what it holds now.';

create function private.keep_ticket_search() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
begin
    perform private.index_ticket(new);
    if private.text_to_redact() is not null then
        perform private.forget_words(ts_delete(
            private.header_words(old, true, configuration),
            tsvector_to_array(private.header_words(new, true, configuration))
        ));
    end if;
    return null;
end;
$$;
comment on function private.keep_ticket_search is 'Keeps the words of a ticket as it is.';

create trigger keep_search_of_new
after insert on public.tickets
for each row execute function private.keep_ticket_search();

create trigger keep_search
after update on public.tickets
for each row when (
    (new.subject, new.data, new.tags, new.requester_id, new.organization_id)
    is distinct from (old.subject, old.data, old.tags, old.requester_id, old.organization_id)
)
execute function private.keep_ticket_search();

create function private.add_comment_to_search() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    is_note constant boolean := new.visibility = 'internal';
    words constant tsvector := setweight(
        to_tsvector(private.search_configuration(), new.body),
        (case when is_note then 'D' else 'C' end)::"char"
    );
    ticket public.tickets;
begin
    select * into ticket from public.tickets where id = new.ticket_id;
    update private.ticket_search as search
    set
        public_words = case
            when is_note then search.public_words else search.public_words || words
        end,
        staff_words = search.staff_words || words,
        bytes = search.bytes + octet_length(new.body)
    where search.number = ticket.number and search.bytes + octet_length(new.body) <= 262144;
    if not found then
        perform private.index_ticket(ticket);
    end if;
    perform private.learn_words(words);
    return null;
end;
$$;
comment on function private.add_comment_to_search is 'Adds the words of a new comment to those of its ticket.';

create trigger add_to_search
after insert on public.comments
for each row execute function private.add_comment_to_search();

create function private.keep_search_of_changed_comments() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    configuration constant regconfig := private.search_configuration();
    ticket public.tickets;
begin
    for ticket in
        select * from public.tickets where id in (
            select unnest(array[was.ticket_id, now_is.ticket_id])
            from were as was
            inner join are as now_is on now_is.id = was.id
            where (was.ticket_id, was.visibility, was.body)
                is distinct from (now_is.ticket_id, now_is.visibility, now_is.body)
        )
        order by id
    loop
        perform private.index_ticket(ticket);
    end loop;
    perform private.forget_words(ts_delete(
        to_tsvector(configuration, was.body),
        tsvector_to_array(to_tsvector(configuration, now_is.body))
    ))
    from were as was
    inner join are as now_is on now_is.id = was.id
    where now_is.redacted_at is not null and now_is.body <> was.body;
    return null;
end;
$$;
comment on function private.keep_search_of_changed_comments is
'Keeps the words of tickets whose comments were redacted, corrected or moved.';

create trigger keep_search_of_changed
after update on public.comments
referencing old table as were new table as are
for each statement execute function private.keep_search_of_changed_comments();

create function private.keep_search_of_deleted_comments() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    ticket public.tickets;
begin
    for ticket in
        select * from public.tickets
        where id in (select deleted.ticket_id from were as deleted) order by id
    loop
        perform private.index_ticket(ticket);
    end loop;
    return null;
end;
$$;
comment on function private.keep_search_of_deleted_comments is
'Keeps the words of tickets that have lost comments.';

create trigger keep_search_of_deleted
after delete on public.comments
referencing old table as were
for each statement execute function private.keep_search_of_deleted_comments();

-- Writing the words of many anew -----------------------------------------------

create table private.search_rebuilds (
    id bigint generated always as identity primary key,
    requester_id uuid references public.people (id) on delete cascade,
    organization_id uuid references public.organizations (id) on delete cascade,
    hides_fields boolean not null default false,
    requested_at timestamptz not null default now(),
    after_transaction bigint,
    after_number bigint not null default 0,
    constraint search_rebuilds_once unique nulls not distinct (requester_id, organization_id)
);
comment on table private.search_rebuilds is
'Tickets whose words the job writes anew: those of a requester or of an organization, or all.';
comment on column private.search_rebuilds.id is 'Identity.';
comment on column private.search_rebuilds.requester_id is 'Whose tickets.';
comment on column private.search_rebuilds.organization_id is 'The tickets of which organization.';
comment on column private.search_rebuilds.hides_fields is
'Whether the public words of fields may hold what only staff may see now, and are left out until this is done.';
comment on column private.search_rebuilds.requested_at is 'Since when; the oldest comes first.';
comment on column private.search_rebuilds.after_transaction is
'The job begins when all transactions before this one have ended, since they may not know of the change; null until it has looked.';
comment on column private.search_rebuilds.after_number is 'The number of the last ticket that is done.';
create index search_rebuilds_organization on private.search_rebuilds (organization_id);

create view private.search_rebuilds_due as
select
    id,
    requested_at
from private.search_rebuilds
where
    after_transaction is null
    or after_transaction <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    -- Restored from a cluster with higher transaction ids.
    or after_transaction > pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
comment on view private.search_rebuilds_due is 'Rebuilds of search that have something to do now.';

create function private.request_search_rebuild() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.search_rebuilds as rebuilds (requester_id, organization_id, hides_fields)
    values (
        case tg_argv[0] when 'requester' then to_jsonb(new) ->> 'id' end::uuid,
        case tg_argv[0] when 'organization' then to_jsonb(new) ->> 'id' end::uuid,
        tg_argv[0] = 'fields'
    )
    on conflict on constraint search_rebuilds_once do update
    set
        hides_fields = rebuilds.hides_fields or excluded.hides_fields,
        requested_at = now(),
        after_transaction = null,
        after_number = 0;
    perform private.start_job('search');
    return null;
end;
$$;
comment on function private.request_search_rebuild is
'Has the words of tickets written anew: by its argument those of the requester or organization that changed, or all, and with fields also hides these from the public until then.';

create trigger rebuild_search
after update on private.settings
for each row when (new.search_language <> old.search_language)
execute function private.request_search_rebuild('language');

create trigger rebuild_search_of_new
after insert on private.fields
for each row when (new.visible_to = 'staff' or new.type = 'person')
execute function private.request_search_rebuild('fields');

create trigger rebuild_search
after update on private.fields
for each row when (new.visible_to <> old.visible_to)
execute function private.request_search_rebuild('fields');

create trigger rebuild_search
after update on public.people
for each row when ((new.name, new.email) is distinct from (old.name, old.email))
execute function private.request_search_rebuild('requester');

create trigger rebuild_search
after update on public.organizations
for each row when (new.name <> old.name)
execute function private.request_search_rebuild('organization');

create function private.index_tickets(rebuild private.search_rebuilds, max_items integer)
returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    chunk uuid[];
    last_number bigint;
    ticket public.tickets;
begin
    select array_agg(page.id), max(page.number) into chunk, last_number
    from (
        select tickets.id, tickets.number from public.tickets
        where tickets.number > rebuild.after_number
            and (rebuild.requester_id is null or tickets.requester_id = rebuild.requester_id)
            and (
                rebuild.organization_id is null
                or tickets.organization_id = rebuild.organization_id
            )
        order by tickets.number limit max_items
    ) as page;
    -- In the order in which others lock several. A change that is under way is waited for.
    for ticket in
        select * from public.tickets where id = any (chunk) order by id for no key update
    loop
        perform private.index_ticket(ticket);
    end loop;
    return last_number;
end;
$$;
comment on function private.index_tickets is
'Writes the words of the next tickets of a rebuild anew; returns the last number, or null at the end.';

create function api.rebuild_search(max_items integer default 200) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    rebuild private.search_rebuilds;
    last_number bigint;
begin
    select rebuilds.* into rebuild from private.search_rebuilds as rebuilds
    where rebuilds.id = (
        select due.id from private.search_rebuilds_due as due
        order by due.requested_at, due.id limit 1
    )
    for update;
    if rebuild.id is null then
        return null;
    end if;
    if rebuild.after_transaction is null then
        update private.search_rebuilds
        set after_transaction = pg_current_xact_id()::text::bigint
        where id = rebuild.id;
        return jsonb_build_object('finished', false);
    end if;
    last_number := private.index_tickets(rebuild, max_items);
    if last_number is null then
        delete from private.search_rebuilds where id = rebuild.id;
    else
        update private.search_rebuilds set after_number = last_number where id = rebuild.id;
    end if;
    return jsonb_build_object('finished', last_number is null);
end;
$$;
comment on function api.rebuild_search is
'Writes the words of the next tickets anew whose language, fields or names have changed, in a transaction; null when there is nothing to do. For workers.';

grant execute on function api.rebuild_search to service_role;
