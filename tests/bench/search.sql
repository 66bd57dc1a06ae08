-- Conversations for the tickets of fill.sql: three comments each, a quarter of them notes, of 50
-- words each out of 30,000, the most frequent one in nearly all tickets and the rarest in one of
-- 2,000; and what search looks through, written in one statement as the triggers would have
-- written it. One ticket in 60 is of the organization that shares its tickets.

set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set work_mem = '64MB';
select setseed(0.42);

create table private.bench_words as
select
    place,
    string_agg(substr('bdfgklmnprstvz', 1 + digit / 5, 1) || substr('aeiou', 1 + digit %% 5, 1), '')
    as word
from generate_series(1, 30000) as place
cross join lateral (
    select ((place * 7919 + 13) / power(70, position)::integer %% 70)::integer as digit
    from generate_series(0, 2) as position
) as digits
group by place;
alter table private.bench_words add primary key (place);

create temporary table pool as
select
    paragraph,
    body,
    to_tsvector(private.search_configuration(), body) as words
from (
    select paragraph, string_agg(words.word, ' ') as body
    from (
        select paragraph, floor(exp(random() * ln(30000)))::integer as place
        from generate_series(1, %(pool)s) as paragraph, generate_series(1, 50)
    ) as drawn
    inner join private.bench_words as words using (place)
    group by paragraph
) as paragraphs;
alter table pool add primary key (paragraph);

update public.tickets set organization_id = %(organization)s where number %% 60 = 7;

create temporary table conversations as
select
    tickets.id as ticket_id,
    tickets.number,
    tickets.requester_id,
    tickets.assignee_id,
    tickets.created_at,
    1 + floor(random() * %(pool)s)::integer as first,
    1 + floor(random() * %(pool)s)::integer as second,
    1 + floor(random() * %(pool)s)::integer as third,
    number %% 4 > 0 as has_note
from public.tickets;

insert into public.comments (
    ticket_id, position, public_position, author_id, by_staff, visibility, body, created_at
)
select
    ticket_id, position,
    case when not is_note then position end,
    case when position = 1 then requester_id else coalesce(assignee_id, requester_id) end,
    position > 1,
    case when is_note then 'internal' else 'public' end::public.comment_visibility,
    pool.body,
    created_at
from (
    select *, 1 as position, first as paragraph, false as is_note from conversations
    union all
    select *, 2, second, false from conversations
    union all
    select *, 3, third, has_note from conversations
) as comments
inner join pool using (paragraph);

drop index private.ticket_search_public, private.ticket_search_staff;
insert into private.ticket_search (number, public_words, staff_words, bytes)
select
    conversations.number,
    replies.words || case when has_note then '' else third.words end,
    replies.words || case when has_note then setweight(third.words, 'D') else third.words end,
    1300
from conversations
inner join public.tickets using (number)
inner join public.people on people.id = tickets.requester_id
inner join pool as first on first.paragraph = conversations.first
inner join pool as second on second.paragraph = conversations.second
inner join pool as third on third.paragraph = conversations.third
cross join lateral (
    select
        setweight(to_tsvector(
            private.search_configuration(),
            concat_ws(' ', tickets.subject, tickets.number, people.name, tickets.tags::text)
        ), 'A') || setweight(first.words || second.words, 'C') as words
) as replies;
create index ticket_search_public on private.ticket_search
using gin (public_words) with (fastupdate = on, gin_pending_list_limit = 512);
create index ticket_search_staff on private.ticket_search
using gin (staff_words) with (fastupdate = on, gin_pending_list_limit = 512);
insert into private.search_words (word)
select distinct unnest(tsvector_to_array(words)) from pool;
